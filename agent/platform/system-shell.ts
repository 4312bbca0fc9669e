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
    usage) grep -sE '^(populated|usage_usec|anon|file_mapped) |^[0-9]+$' /dev/null $args ;;
    put) { printf '%s' "\${args#* }" >\${args%% *}; } 2>/dev/null && echo ok ;;
    makedir) [ -d $args ] || mkdir $args 2>/dev/null; [ -d $args ] && echo ok ;;
    dropdir) for d in $args; do rmdir $d 2>/dev/null; done ;;
  esac
  printf '%s\\n' "$end"
done`;

const answerTimeoutMs = 10_000;
const readBytes = 64 * 1024;
const encoder = new TextEncoder();

interface Opened {
  child: Deno.ChildProcess;
  writer: WritableStreamDefaultWriter<Uint8Array>;
  reader: ReadableStreamBYOBReader;
  /** One for all answers: a new one each second would be most of what an idle ifrit-agent leaves to collect. */
  buffer: ArrayBufferLike;
}

/** Asks the shell child one thing after the other. */
export class SystemShell {
  #opened: Opened | null = null;
  #queue: Promise<unknown> = Promise.resolve();
  #asked = 0;
  /** Ends an answer. No process knows it, so none can have a line of that kind in its name or environment. */
  readonly #secret = crypto.randomUUID();

  /** Of the child, once there is one. */
  get pid(): number | null {
    return this.#opened?.child.pid ?? null;
  }

  /** A verb of the script with its arguments, which hold neither blanks of their own nor patterns. */
  ask(request: string): Promise<string[]> {
    const answer = this.#queue.then(() => this.#exchange(request));
    this.#queue = answer.catch(() => {});
    return answer;
  }

  async close(): Promise<void> {
    await this.#queue.catch(() => {});
    const opened = this.#opened;
    this.#opened = null;
    if (opened === null) return;
    await opened.writer.close().catch(() => {});
    await opened.reader.cancel().catch(() => {});
    await opened.child.status;
  }

  async #exchange(request: string): Promise<string[]> {
    const opened = this.#open();
    this.#asked += 1;
    const end = `${this.#secret}.${this.#asked}`;
    const timer = setTimeout(() => this.#abandon(), answerTimeoutMs);
    try {
      const [text] = await Promise.all([
        readUntil(opened, `${end}\n`),
        opened.writer.write(encoder.encode(`${end} ${request}\n`)),
      ]);
      return text === "" ? [] : text.slice(0, -1).split("\n");
    } catch (error) {
      this.#abandon();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  #open(): Opened {
    if (this.#opened === null) {
      const child = new Deno.Command("/bin/sh", {
        args: ["-c", script, "ifrit-processes"],
        stdin: "piped",
        stdout: "piped",
        stderr: "null",
        clearEnv: true,
        env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C" },
      }).spawn();
      const [writer, reader] = [child.stdin.getWriter(), child.stdout.getReader({ mode: "byob" })];
      this.#opened = { child, writer, reader, buffer: new ArrayBuffer(readBytes) };
    }
    return this.#opened;
  }

  /** A reader that does not answer is given up; the next request starts a new one. */
  #abandon(): void {
    const opened = this.#opened;
    this.#opened = null;
    if (opened === null) return;
    opened.writer.close().catch(() => {});
    opened.reader.cancel().catch(() => {});
    try {
      opened.child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
  }
}

/** What comes before `end`, which is a line of its own. */
async function readUntil(opened: Opened, end: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { done, value } = await opened.reader.read(new Uint8Array(opened.buffer));
    if (done) throw new Error("the process reader ended");
    opened.buffer = value.buffer;
    text += decoder.decode(value, { stream: true });
    if (text === end) return "";
    if (text.endsWith(`\n${end}`)) return text.slice(0, -end.length);
  }
}
