/** Format and processor of a program, read from its own header. */
export function executableFormat(bytes: Buffer): string {
  if (bytes.readUInt32BE(0) === 0x7f454c46) return `ELF ${name(elf, bytes.readUInt16LE(18))}`;
  if (bytes.readUInt32LE(0) === 0xfeedfacf) return `Mach-O ${name(machO, bytes.readUInt32LE(4))}`;
  if (bytes.toString("latin1", 0, 2) === "MZ") {
    const header = bytes.readUInt32LE(0x3c);
    if (bytes.toString("latin1", header, header + 4) === "PE\0\0")
      return `PE ${name(portable, bytes.readUInt16LE(header + 4))}`;
  }
  return "unknown";
}

const elf: Record<number, string> = { 62: "x86-64", 183: "arm64" };
const machO: Record<number, string> = { 16777223: "x86-64", 16777228: "arm64" };
const portable: Record<number, string> = { 34404: "x86-64", 43620: "arm64" };

function name(names: Record<number, string>, machine: number): string {
  return names[machine] ?? `machine ${machine}`;
}
