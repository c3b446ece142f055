#define CONTENT_LEN 2048
#include "more.def"
