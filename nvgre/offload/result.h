/// Result<T> under the name by which the floors from offload/ up include it.
#pragma once

#include "nvgre/wire/result.h"
