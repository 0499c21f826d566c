# Runs commands in a container as placid asks for them, one request a line:
#
#   run ID            start the launcher with the request file ID: the command's output goes to the
#                     FIFO ID.out, "pid N" and at its end "code N" to the FIFO ID.end
#   signal NAME PID   to the process group of a command
#   kill TAG PID      SIGKILL to its group, and to all that carry its tag wherever they are
#   which NAME PATH   answered by "found FILE" on standard output, by "found" alone for none
#
# Ends when its input ends, and with it the container. Nothing is used that a shell has not built
# in; cat is asked, but may be missing. It is process 1, or next to it: `jobs` reaps its orphans.

here=/__p

run() {
  exec 3>"$here/$1.end" || exit
  "$here/launch" "$here/$1" >"$here/$1.out" 2>&1 3>&- &
  echo "pid $!" >&3
  wait $!
  echo "code $?" >&3
}

kill_all() {
  kill -s KILL -- "-$2"
  for round in 1 2 3 4 5; do
    for limits in /proc/[0-9]*/limits; do
      while read -r a b c soft rest; do
        [ "$a $b $c $soft" = "Max file locks $1" ] || continue
        pid=${limits#/proc/}
        kill -s KILL "${pid%/limits}"
        break
      done <"$limits"
    done
  done
}

which_of() {
  IFS=:
  set -f
  for place in $2; do
    case $place in /*) ;; *) continue ;; esac
    file=${place%/}/$1
    [ -f "$file" ] && [ -x "$file" ] && echo "found $file" && return
  done
  echo found
}

exec 2>/dev/null
umask 022
cat "/proc/$$/environ" >"$here/environ"
echo "ready $PATH"
while read -r verb first second; do
  case $verb in
    run) run "$first" </dev/null >/dev/null & ;;
    signal) kill -s "$first" -- "-$second" ;;
    kill) kill_all "$first" "$second" </dev/null >/dev/null & ;;
    which) (which_of "$first" "$second") ;;
  esac
  jobs >/dev/null
done
