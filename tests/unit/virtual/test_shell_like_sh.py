"""The phone's shell does what this machine's `sh` does, where POSIX says what that is."""

import subprocess
from pathlib import Path

import pytest
from shell_runs import run

from runner.virtual.phone import Phone

SCRIPTS = r"""
echo a; echo b
%
if false; then echo x; elif true; then echo y; else echo z; fi
%
for i in 1 2 "3 4"; do echo "<$i>"; done
%
i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); done; until [ $i = 0 ]; do i=$((i-1)); done; echo $i
%
case abc in a*) echo star;; *) echo no;; esac
%
case "a*" in "a*") echo lit;; esac; case b in [!a]) echo neg;; esac; case x in (x) echo paren;; esac
%
x='a*b'; case "$x" in *'*'*) echo hasstar;; esac; case axb in $x) echo fits;; esac
%
x=$(echo hi; echo there); echo "$x" $x
%
echo ${x:-def} ${y:=z} $y ${y:+set} ${#y}
%
f() { echo $# $1 "$@"; return 3; }; f a "b c"; echo $?
%
x="a b  c"; set -- $x; echo $#; set -- "$x"; echo $#; echo "$*"
%
IFS=:; x=a:b::c; set -- $x; echo $#; echo "$*"
%
IFS=' :'; x='a : b:c '; set -- $x; echo $# "$1" "$2" "$3"
%
echo "a\$b \"q\" \\ \`" 'single $x'
%
echo $((1+2*3)) $(( (4-1) << 2 )) $((10/3)) $((-7%3)) $((1?2:3)) $((1&&0||1)) $((0x1F)) $((!5)) $((~5))
%
cat <<EOT
hi $((1+1)) $(echo sub)
\$x
EOT
%
cat <<'EOT'
raw $x $(no)
EOT
%
cat <<-EOT; echo after
	tabs
	EOT
%
printf '%s-%d\n' a 1 b 2
%
echo a | cat | cat
%
(exit 3); echo $?
%
{ echo g; echo h; } | sort -r
%
! true; echo $?
%
true && false || echo or
%
x=1; (x=2; echo $x); echo $x
%
for f in a b c d; do [ $f = b ] && continue; [ $f = d ] && break; echo $f; done
%
for a in 1 2; do for b in 1 2; do [ $b = 2 ] && continue 2; echo $a$b; done; done
%
for a in 1 2; do while :; do break 2; done; echo no; done; echo out
%
set -e; false; echo never
%
set -e; if false; then :; fi; false || true; echo alive; false && true; echo still
%
set -e; f() { false; echo in; }; if f; then echo yes; fi; f; echo never
%
echo one two | while read a b; do echo "$b $a"; done
%
printf 'a b c\nd e f\n' | while read -r x y; do echo "$y|$x"; done
%
x=path/to/file.txt; echo ${x##*/} ${x%/*} ${x%.*} ${x#*/} ${x%%/*}
%
trap 'echo bye' EXIT; echo hi
%
trap 'echo bye' EXIT; exit 4
%
eval 'x=5; echo $x'; echo $x
%
a() { local v=1; echo $v; }; v=0; a; echo $v
%
echo "${x-unset}" "${x-}"; x=; echo "${x-unset}" "${x:-empty}"
%
echo $(echo $(echo nested)) `echo back` "`echo \"quoted\"`"
%
export E=1; sh -c 'echo $E'
%
N=1; sh -c 'echo [$N]'; N=2 sh -c 'echo [$N]'
%
(echo a; echo b >&2) 2>&1
%
echo hi 2>/dev/null >&2; echo ok
%
set -- a b c; shift; echo $1; shift 2; echo $#
%
while :; do break; done; echo done
%
echo "$(printf 'a\n\n\n')"end
%
set -- ; echo "x$@y" $# "$@"
%
set -- 1 2; echo "x$@y"; for x in "$@"; do echo "[$x]"; done; for x in "$*"; do echo "[$x]"; done
%
echo \
joined
%
[ -z "" ] && [ -n a ] && [ a != b ] && [ 1 -lt 2 ] && echo T
%
[ ! -e /nonexistent ] && echo T; [ 1 = 1 -a 2 = 2 ] && echo A; [ \( 1 = 2 \) -o a ] && echo O
%
for i in; do echo no; done; echo end
%
true; echo $?; false; echo $?
%
x=a; x=${x}b; echo $x"c"'d'
%
echo a#b #c
%
echo 'it'"'"'s'
%
echo "~" '~' a~
%
test a = a; echo $?; test 3 -gt 5; echo $?; test ! a; echo $?; test; echo $?
%
echo hello world | cut -d' ' -f2; echo a,b,c | tr ',' '\n' | wc -l
%
echo abc | sed 's/b/X/'; printf '1\n2\n3\n' | head -n 2 | tail -n 1
%
printf 'b\na\nc\na\n' | sort | uniq -c | awk '{print $2":"$1}'
%
printf '%05d|%-5s|%5s|%x|%c|%%|%b|%.2f\n' 42 ab cd 255 z 'a\tb' 1.5
%
printf "%s %s\n" one; printf '%s\n' "a b" c; printf 'x\ty\\n\n'
%
f() { if [ $1 -gt 0 ]; then echo $1; f $(($1-1)); fi; }; f 5
%
exec 3>&1; echo three >&3; exec 3>&-
%
echo abc | grep -q b && echo found; echo abc | grep -c z; echo $?
%
if ! false; then echo neg; fi
%
a=1 b=2; echo $a$b; unset a; echo ${a-gone}
%
type cd >/dev/null && echo yes
%
sleep 0 & wait $!; echo $?
%
false & wait $!; echo $?
%
set -- a b; echo ${#} $#; x=5; : $((x+=2)); echo $x
%
expr 1 + 2; basename /a/b.txt .txt; dirname /a/b; seq 3
%
echo {a} { }
%
echo "$(cat <<EOT
in sub
EOT
)"
%
if true
then
  echo multi
fi
for x in 1 2
do
  case $x in
    1) echo one ;;
    2)
      echo two
      ;;
  esac
done
%
if true; then echo a; fi | tr a b
%
false | true; echo $?; true | false; echo $?
%
echo a; return 3; echo b
%
set -- a b c; for i; do echo $i; done
%
set -- a b c; while [ $# -gt 0 ]; do echo $1; shift; done
%
echo x | { read y; echo got $y; }
%
y=$(false); echo $?; y=$(exit 7); echo $?
%
echo one > f; echo two >> f; cat < f; cat f | wc -l; > f; cat f; [ -s f ] || echo empty
%
mkdir -p d/e; touch d/a.x d/b.x d/.h; echo d/*.x d/* */e d/[!a].x 'd/*' "d/*" no*; ls d; cp -r d g; ls g
%
mkdir d; cd d && touch a && ls; cd ..; rm -r d; ls d 2>/dev/null || echo gone
%
for n in 1 2 3; do echo $n; done > f; while read x; do echo "<$x>"; done < f
%
echo a > f; mv f g; cat g; [ -f f ] || echo moved; rm g nothing 2>/dev/null; echo $?
%
f=x; ${f}y 2>/dev/null; echo $?
%
x=7; echo $((x > 5 ? x * 2 : 0)) $((x %= 4)) $x
%
while getopts ab:c o -a -bx -ca -b y rest; do echo "$o ${OPTARG:-none} $OPTIND"; done; echo "$o $OPTIND"
%
set -- -x -- -y; getopts xy o; echo "$o $OPTIND"; getopts xy o; echo "$? $o $OPTIND"; shift $((OPTIND - 1)); echo "$@"
%
while getopts :a:b o -a 1 -z -b -a; do echo "$o ${OPTARG:-none}"; done; echo $OPTIND
%
while getopts ab o -q -a 2>/dev/null; do echo "$o ${OPTARG:-none}"; done
%
f() { while getopts n: o "$@"; do echo "$o=$OPTARG"; done; OPTIND=1; }; f -n 1 -n2; f -n 3
%
echo ' a  b ' | while IFS= read -r x; do echo "<$x>"; done; x= y=2; echo "<$x$y>"
%
find . -name '*.q'; mkdir q; touch q/a.q q/b; find q -type f -name '*.q'; find q -name b -exec echo got {} \;
%
printf 'a b\nc\n' | xargs echo; printf 'a b c' | xargs -n1 echo
%
printf 'k=v\nx=y\n' | sed -n 's/^k=\(.*\)$/\1/p'; printf 'a\nb\nc\n' | sed '2d;s/c/z/'; echo XbX | sed 's/X/-/g;s/-/+/2'
%
printf 'a 1\nb 2\n' | awk '{s+=$2} END {print s, NR}'; echo a:b | awk -F: '{print $2; print NF}'
%
printf 'x 5\ny 9\n' | awk '$2 > 6 {print $1} /x/ {print "x:" $NF}'; awk 'BEGIN {printf "%s-%d\n", "a", 3}'
"""


@pytest.mark.parametrize("script", [script.strip("\n") for script in SCRIPTS.split("\n%\n")])
def test_a_script_does_what_sh_does(phone: Phone, tmp_path: Path, script: str) -> None:
    theirs = subprocess.run(
        ["sh", "-c", script],
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
        env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
    )
    status, output, _ = run(phone, "mkdir /sdcard/x; cd /sdcard/x", script)
    assert (output, status) == (theirs.stdout, theirs.returncode)
