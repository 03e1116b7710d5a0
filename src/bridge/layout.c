/* Fails to compile when what src/ffi/bridge.rs mirrors has changed here alone; that file has the
 * same list. Places are counted in pointers, and bytes behind those. */
#include "bridge.h"
#include <stddef.h>

#define IS(what, value) STATIC_ASSERT_DECL((int)(what) == (int)(value))
#define WORDS(count) ((count) * sizeof(void *))
#define AT(type, field, place) IS(offsetof(type, field), place)

IS(sizeof(IV), 8);

AT(bridge_value, tag, 0);
AT(bridge_value, class, 1);
AT(bridge_value, of, WORDS(1));
AT(bridge_value, u, WORDS(2));
IS(sizeof(bridge_value), WORDS(2) + 8);

AT(bridge_entry, key, 0);
AT(bridge_entry, len, WORDS(1));
AT(bridge_entry, value, WORDS(2));

AT(bridge_place, file, 0);
AT(bridge_place, len, WORDS(1));
AT(bridge_place, line, WORDS(2));

AT(bridge_loan, object, 0);
AT(bridge_loan, below, WORDS(1));

AT(bridge_param, name, 0);
AT(bridge_param, preset, WORDS(1));
AT(bridge_param, preset_value, WORDS(2));
AT(bridge_param, kind, WORDS(2) + 8);
AT(bridge_param, optional, WORDS(2) + 9);
AT(bridge_param, secret, WORDS(2) + 10);

AT(bridge_method, name, 0);
AT(bridge_method, params, WORDS(1));
AT(bridge_method, run, WORDS(2));
AT(bridge_method, least, WORDS(3));
AT(bridge_method, most, WORDS(3) + 1);
AT(bridge_method, calls_back, WORDS(3) + 2);
AT(bridge_method, surplus, WORDS(3) + 3);
AT(bridge_method, here, WORDS(3) + 4);
AT(bridge_method, alone, WORDS(3) + 5);
AT(bridge_method, elsewhere, WORDS(3) + 6);
AT(bridge_method, at_once, WORDS(3) + 7);
AT(bridge_method, lasts, WORDS(4));

AT(bridge_call, perl, 0);
AT(bridge_call, method, WORDS(1));
AT(bridge_call, ax, WORDS(2));
AT(bridge_call, returned, WORDS(3));
AT(bridge_call, surplus, WORDS(3) + 4);
AT(bridge_call, left, WORDS(3) + 5);
AT(bridge_call, single, WORDS(3) + 8);
AT(bridge_call, error, WORDS(3) + 16);
AT(bridge_call, warning, WORDS(4) + 16);
AT(bridge_call, output, WORDS(5) + 16);
AT(bridge_call, content, WORDS(6) + 16);
AT(bridge_call, values, WORDS(7) + 16);
IS(sizeof(bridge_call), WORDS(7) + 16 + BRIDGE_MAX_PARAMS * sizeof(bridge_value));

IS(KIND_OBJECT, 0);
IS(KIND_INTEGER, 1);
IS(KIND_STRING, 2);
IS(KIND_BYTES, 3);
IS(KIND_HASH, 4);
IS(KIND_ARRAY, 5);
IS(KIND_ANY, 6);
IS(KIND_CODE, 7);
IS(KIND_KEPT, 8);
IS(KIND_OUTPUT, 9);
IS(KIND_HANDLE, 10);

IS(TAG_UNDEF, 0);
IS(TAG_INT, 1);
IS(TAG_UINT, 2);
IS(TAG_NUMBER, 3);
IS(TAG_STRING, 4);
IS(TAG_WIDE, 5);
IS(TAG_OBJECT, 6);
IS(TAG_ARRAY, 7);
IS(TAG_HASH, 8);
IS(TAG_ENDLESS, 9);
IS(TAG_REFERENCE, 10);
IS(TAG_FOREIGN, 11);
IS(TAG_SCALAR, 12);
IS(TAG_CONSTANT, 13);
IS(TAG_GLOB, 14);
IS(TAG_CLOSED, 15);
IS(TAG_TIED, 16);
IS(TAG_UNFILED, 17);
IS(TAG_FILLED, 18);
