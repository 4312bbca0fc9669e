import { createHash } from "node:crypto";
import { type Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract as createExtract, type Extract, type Header } from "tar-stream";
import {
  manifestEntryName,
  type PackageFile,
  PackageManifest,
  packageLimits,
  payloadFolder,
} from "../contract/package-manifest.ts";
import { type InputIssue, ProblemError } from "../platform/problem-error.ts";
import { checkCommands } from "./check-commands.ts";
import { packageInvalid, zodIssues } from "./package-invalid.ts";

/** A tar entry costs a header, padding and at worst a PAX header with its own. */
const entryOverheadBytesMax = 4 * 512 + 1024;
const issuesMax = 20;

type Entry = Readable & { header: Header };

/**
 * Reads an archive from beginning to end and checks all that its manifest promises, without
 * unpacking anything: what passes here is exactly what the manifest says, and no byte more.
 * @throws ProblemError package_invalid, each issue with the entry that it is about.
 */
export async function readPackageArchive(archive: Readable): Promise<PackageManifest> {
  const inspection = new Inspection();
  const extract = createExtract();
  const streamed = pipeline(archive, createGunzip(), inspection.limiter(), extract);
  streamed.catch(() => {}); // awaited below; until then it must not count as unhandled
  try {
    await inspection.readEntries(extract);
    await streamed;
  } catch (error) {
    extract.destroy();
    await streamed.catch(() => {});
    throw inspection.explain(error);
  }
  return inspection.finish();
}

/** The state of reading one archive. */
class Inspection {
  #manifest: PackageManifest | null = null;
  #expected = new Map<string, PackageFile>();
  #folders = new Set<string>();
  #issues: InputIssue[] = [];
  /** How many unpacked bytes may come in all; exact as soon as the manifest is known. */
  #bytesMax: number = packageLimits.manifestBytesMax + 64 * 1024;

  limiter(): Transform {
    let bytes = 0;
    return new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        bytes += chunk.length;
        if (bytes <= this.#bytesMax) return done(null, chunk);
        done(packageInvalid([{ path: "", message: "unpacks to more than its manifest lists" }]));
      },
    });
  }

  async readEntries(extract: Extract): Promise<void> {
    for await (const entry of extract as AsyncIterable<Entry>) {
      if (!this.#manifest) await this.#readManifest(entry);
      else await this.#readEntry(entry);
      if (this.#issues.length >= issuesMax) break;
    }
  }

  finish(): PackageManifest {
    if (!this.#manifest) throw packageInvalid([{ path: "", message: "holds no entry at all" }]);
    for (const path of this.#expected.keys())
      this.#issue(payloadFolder + path, "is in the manifest but not in the archive");
    if (this.#issues.length > 0) throw packageInvalid(this.#issues.slice(0, issuesMax));
    return this.#manifest;
  }

  explain(error: unknown): unknown {
    if (error instanceof ProblemError) return error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "Z_BUF_ERROR" || /Unexpected end of data/i.test(message))
      return packageInvalid([{ path: "", message: "the archive ends too early" }], error);
    if (code?.startsWith("Z_"))
      return packageInvalid([{ path: "", message: `is not a gzip file (${message})` }], error);
    if (/tar header|Invalid header|Header exceeds/i.test(message))
      return packageInvalid([{ path: "", message: `is not a tar archive (${message})` }], error);
    return error;
  }

  async #readManifest(entry: Entry): Promise<void> {
    const { name, type, size = 0 } = entry.header;
    if (name !== manifestEntryName || type !== "file")
      throw packageInvalid([
        { path: name, message: `comes first; the first entry must be ${manifestEntryName}` },
      ]);
    if (size > packageLimits.manifestBytesMax)
      throw packageInvalid([
        { path: name, message: `is ${size} bytes; at most ${packageLimits.manifestBytesMax} go` },
      ]);
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    const manifest = parseManifest(Buffer.concat(chunks));
    const commandIssues = checkCommands(manifest).map((issue) => inManifest(issue));
    if (commandIssues.length > 0) throw packageInvalid(commandIssues);
    this.#expect(manifest, size);
  }

  #expect(manifest: PackageManifest, manifestBytes: number): void {
    const payloadBytes = manifest.files.reduce((sum, file) => sum + file.size, 0);
    if (payloadBytes > packageLimits.unpackedBytesMax)
      throw packageInvalid([
        { path: "files", message: `unpack to ${payloadBytes} bytes; that is too much` },
      ]);
    for (const file of manifest.files) {
      this.#expected.set(file.path, file);
      for (let at = file.path.indexOf("/"); at >= 0; at = file.path.indexOf("/", at + 1))
        this.#folders.add(file.path.slice(0, at));
    }
    const entries = manifest.files.length + this.#folders.size + 2;
    // The 64 KiB are room for the zeros that end a tar archive, which some programs pad generously.
    this.#bytesMax = manifestBytes + payloadBytes + entries * entryOverheadBytesMax + 64 * 1024;
    this.#manifest = manifest;
  }

  async #readEntry(entry: Entry): Promise<void> {
    const { name, type, size = 0, mode = 0 } = entry.header;
    if (type === "directory") this.#checkFolder(name);
    else if (type !== "file" && type !== "contiguous-file")
      this.#issue(name, `is a ${type}: only files and folders may be packed`);
    const file = type === "file" ? this.#take(name) : undefined;
    const hash = createHash("sha256");
    for await (const chunk of entry) if (file) hash.update(chunk as Buffer);
    if (!file) return;
    if (size !== file.size) this.#issue(name, `is ${size} bytes; the manifest says ${file.size}`);
    else if (hash.digest("hex") !== file.sha256)
      this.#issue(name, "has another sha256 than the manifest says");
    if (((mode & 0o100) !== 0) !== file.executable)
      this.#issue(name, `the executable bit is not as in the manifest (${file.executable})`);
  }

  #checkFolder(name: string): void {
    const path = name.replace(/\/$/, "");
    if (path === payloadFolder.slice(0, -1)) return;
    if (!path.startsWith(payloadFolder) || !this.#folders.has(path.slice(payloadFolder.length)))
      this.#issue(name, "is a folder that no file of the manifest lies in");
  }

  #take(name: string): PackageFile | undefined {
    const path = name.startsWith(payloadFolder) ? name.slice(payloadFolder.length) : null;
    const file = path === null ? undefined : this.#expected.get(path);
    if (!file || path === null) {
      this.#issue(name, "is not in the manifest, or comes twice");
      return undefined;
    }
    this.#expected.delete(path);
    return file;
  }

  #issue(path: string, message: string): void {
    this.#issues.push({ path, message });
  }
}

function parseManifest(bytes: Buffer): PackageManifest {
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw packageInvalid([{ path: manifestEntryName, message: "is not JSON in UTF-8" }], error);
  }
  const parsed = PackageManifest.safeParse(value);
  if (!parsed.success) throw packageInvalid(zodIssues(parsed.error).map(inManifest));
  return parsed.data;
}

function inManifest(issue: InputIssue): InputIssue {
  return { path: `${manifestEntryName} ${issue.path}`.trim(), message: issue.message };
}
