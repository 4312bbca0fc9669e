/** A network namespace of its own, joined to this one by a cable that can be cut. */
export class CutNetwork implements AsyncDisposable {
  readonly hostAddress: string;
  /** A command that runs another one inside. */
  readonly inside: readonly string[];

  private constructor(
    private readonly name: string,
    subnet: string,
  ) {
    this.hostAddress = `${subnet}.1`;
    this.inside = ["/usr/sbin/ip", "netns", "exec", name];
  }

  /** null: not allowed here. */
  static async open(): Promise<CutNetwork | null> {
    const id = crypto.getRandomValues(new Uint8Array(3));
    const name = `ifrit${id.join("")}`.slice(0, 13);
    const subnet = `10.${200 + (id[0]! % 50)}.${id[1]}`;
    const made =
      (await ip("netns", "add", name)) &&
      (await ip(
        "link",
        "add",
        `${name}h`,
        "type",
        "veth",
        "peer",
        "name",
        "inside",
        "netns",
        name,
      )) &&
      (await ip("address", "add", `${subnet}.1/24`, "dev", `${name}h`)) &&
      (await ip("link", "set", `${name}h`, "up")) &&
      (await ip("-n", name, "address", "add", `${subnet}.2/24`, "dev", "inside")) &&
      (await ip("-n", name, "link", "set", "inside", "up")) &&
      (await ip("-n", name, "link", "set", "lo", "up"));
    if (made) return new CutNetwork(name, subnet);
    await ip("netns", "delete", name);
    return null;
  }

  /** From now on packets go out and nothing comes back: the host answers to another address. */
  async cut(): Promise<void> {
    await ip("link", "set", `${this.name}h`, "arp", "off", "address", "02:00:00:00:00:01");
  }

  async heal(): Promise<void> {
    await ip("link", "set", `${this.name}h`, "arp", "on");
    await ip("-n", this.name, "neighbour", "flush", "all");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The cable goes with its end inside.
    await ip("netns", "delete", this.name);
  }
}

async function ip(...args: string[]): Promise<boolean> {
  const command = new Deno.Command("/usr/sbin/ip", { args, stdout: "null", stderr: "null" });
  return (await command.output().catch(() => ({ success: false }))).success;
}
