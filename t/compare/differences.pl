# Where this module is meant to differ from the C module, each with its reason. A case that is
# listed must differ, in at least one context, and its outcome must match `there` under the C
# module and `here` under this one.
(
);
