#define CONTENT_LEN 4096
#include "more.def"
