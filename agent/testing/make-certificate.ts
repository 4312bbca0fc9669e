/** A certificate and its key, and the one of the authority that signed it; all PEM, made by openssl. */
export async function makeCertificate(
  settings: { name?: string; isExpired?: boolean } = {},
): Promise<{ cert: string; key: string; authority: string }> {
  const { name = "127.0.0.1", isExpired = false } = settings;
  const dir = await Deno.makeTempDir({ prefix: "ifrit-certificate-" });
  const path = (file: string) => `${dir}/${file}`;
  const subject = /^[\d.]+$/.test(name) ? `IP:${name}` : `DNS:${name}`;
  await Deno.writeTextFile(path("leaf.ext"), `subjectAltName=${subject}\n`);
  await Deno.writeTextFile(path("ca.ext"), "basicConstraints=critical,CA:TRUE\n");
  const curve = ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"];
  for (const key of ["ca.key", "leaf.key"])
    await run(["openssl", "genpkey", ...curve, "-out", path(key)]);
  await run(["openssl", "pkey", "-in", path("leaf.key"), "-pubout", "-out", path("leaf.pub")]);
  const authority = ["-key", path("ca.key"), "-subj", "/CN=ifrit test authority"];
  const make = ["openssl", "x509", "-new", "-days", "1"];
  await run([...make, ...authority, "-extfile", path("ca.ext"), "-out", path("ca.pem")]);
  const leaf = ["-force_pubkey", path("leaf.pub"), "-subj", "/CN=ifrit test"];
  const signer = ["-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-extfile", path("leaf.ext")];
  const then = isExpired ? ["faketime", "-f", "-3d"] : [];
  await run([...then, ...make, ...leaf, ...signer, "-out", path("leaf.pem")]);
  const read = (file: string) => Deno.readTextFile(path(file));
  const made = { cert: await read("leaf.pem"), key: await read("leaf.key") };
  const vouches = await read("ca.pem");
  await Deno.remove(dir, { recursive: true });
  return { ...made, authority: vouches };
}

async function run([program = "", ...args]: string[]): Promise<void> {
  const command = new Deno.Command(program, { args, stdout: "null", stderr: "piped" });
  const { success, stderr } = await command.output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}
