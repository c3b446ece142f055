#include "rtconfig.h"
