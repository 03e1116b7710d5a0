#ifndef SYS_VIRT_OBJECT_H
#define SYS_VIRT_OBJECT_H

#include "bridge.h"

/* The magic of an object that this module made (bridge_object_ptr, bridge_object_class), or
 * NULL for any other scalar. */
MAGIC *bridge_object_magic(SV *sv);
extern const MGVTBL bridge_object_vtbl;
#define bridge_is_object(mg) ((mg)->mg_virtual == &bridge_object_vtbl)
#define bridge_object_ptr(mg) ((void *)(mg)->mg_ptr)
#define bridge_object_class(mg) ((U8)(mg)->mg_private)

/* The ends of objects that were kept while methods ran, once none does. */
void bridge_free_objects(pTHX);

#endif
