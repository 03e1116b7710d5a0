package Test::SysVirt::English;

# Lets libvirt speak as it was written, wherever the tests run. gettext looks at this variable
# each time, and before all others.

use strict;
use warnings;

$ENV{LANGUAGE} = 'C';

1;
