import { LineReader } from "./line-reader.ts";

/*
 * Deno gives /proc and /sys only to a program with every permission. ifrit-agent keeps narrow ones and
 * asks a small /bin/sh child, which also sends signals: it compares the start time right before
 * kill(2), so that a recycled pid is never signalled.
 */
const script = `
read_stat() { line=; { while IFS= read -r l; do line="$line$l "; done; } 2>/dev/null </proc/$1/stat; }
while read -r end verb args; do
  case $verb in
    stat) cat $args 2>/dev/null ;;
    present) for p in $args; do [ -e /proc/$p ] && printf '%s ' $p; done; echo ;;
    all) cat /proc/[0-9]*/stat 2>/dev/null ;;
    boot) cat /proc/sys/kernel/random/boot_id ;;
    marked) grep -lsF -e "$args" /proc/[0-9]*/environ 2>/dev/null ;;
    from) ls -l /proc/[0-9]*/exe 2>/dev/null | grep -F -e "/exe -> $args/" ;;
    signal) sig=\${args%% *}
      for t in \${args#* }; do
        p=\${t%%:*}; read_stat $p; [ -n "$line" ] || continue
        set -- \${line##*) }
        [ "\${20}" = "\${t#*:}" ] || continue
        if [ "$3" = "$p" ]; then kill -s $sig -- -$p 2>/dev/null; else kill -s $sig -- $p 2>/dev/null; fi
      done ;;
    get) for f in $args; do
        [ -r $f ] || continue
        printf '=%s\\n' $f; while IFS= read -r l || [ -n "$l" ]; do printf '%s\\n' "$l"; done <$f
      done ;;
    put) { printf '%s' "\${args#* }" >\${args%% *}; } 2>/dev/null && echo ok ;;
    makedir) [ -d $args ] || mkdir $args 2>/dev/null; [ -d $args ] && echo ok ;;
    dropdir) for d in $args; do rmdir $d 2>/dev/null; done ;;
  esac
  printf '%s\\n' "$end"
done`;

const answerTimeoutMs = 10_000;

/** Asks the shell child one thing after the other. */
export class SystemShell {
  #child: Deno.ChildProcess | null = null;
  #writer: WritableStreamDefaultWriter<Uint8Array> | null = null;
  #lines: LineReader | null = null;
  #queue: Promise<unknown> = Promise.resolve();

  /** A verb of the script with its arguments, which hold neither blanks of their own nor patterns. */
  ask(request: string): Promise<string[]> {
    const answer = this.#queue.then(() => this.#exchange(request));
    this.#queue = answer.catch(() => {});
    return answer;
  }

  async close(): Promise<void> {
    await this.#queue.catch(() => {});
    const child = this.#child;
    this.#child = null;
    await this.#writer?.close().catch(() => {});
    await this.#lines?.close();
    await child?.status;
  }

  async #exchange(request: string): Promise<string[]> {
    const { writer, lines } = this.#open();
    const end = crypto.randomUUID();
    const timer = setTimeout(() => this.#abandon(), answerTimeoutMs);
    try {
      await writer.write(new TextEncoder().encode(`${end} ${request}\n`));
      const answer: string[] = [];
      for (;;) {
        const line = await lines.next();
        if (line === null) throw new Error("the process reader ended");
        if (line === end) return answer;
        answer.push(line);
      }
    } catch (error) {
      this.#abandon();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #open(): { writer: WritableStreamDefaultWriter<Uint8Array>; lines: LineReader } {
    if (this.#child === null || this.#writer === null || this.#lines === null) {
      const child = new Deno.Command("/bin/sh", {
        args: ["-c", script, "ifrit-processes"],
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
        clearEnv: true,
        env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
      }).spawn();
      this.#child = child;
      this.#writer = child.stdin.getWriter();
      this.#lines = new LineReader(child.stdout);
    }
    return { writer: this.#writer, lines: this.#lines };
  }

  /** A reader that does not answer is given up; the next request starts a new one. */
  #abandon(): void {
    const child = this.#child;
    this.#child = null;
    if (child === null) return;
    this.#writer?.close().catch(() => {});
    this.#lines?.close().catch(() => {});
    try {
      child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}
