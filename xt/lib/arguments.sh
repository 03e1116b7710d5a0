# The arguments DIR RELEASE... of the script that sources this: in $top where the project is, in $dir
# the directory, made if need be, and in "$@" the releases. Without them the comment at the script's
# top is shown.

if [ $# -lt 2 ]; then
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
dir=$(cd "$1" && pwd)
shift
