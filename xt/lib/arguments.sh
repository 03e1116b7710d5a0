# The arguments DIR RELEASE... of the script that sources this: in $top where the project is, in $dir
# the directory, made if need be, and in "$@" the others. Without them, or as many as a script wants
# that says so in $least, the comment at its top is shown.

if [ $# -lt "${least:-2}" ]; then
    sed -n '2,/^set/s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
top=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "$1"
dir=$(cd "$1" && pwd)
shift
