import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSamplePackage } from "./build-package.ts";
import { expect, expectNoAxeViolations, login, test } from "./fixtures.ts";
import { lookAround } from "./look-around.ts";
import { OperatorApi } from "./operator-api.ts";

const envelopeOf = (payloadType: string) =>
  JSON.stringify({
    payloadType,
    payload: Buffer.from("{}").toString("base64"),
    signatures: [{ keyid: "0".repeat(64), sig: Buffer.alloc(64).toString("base64") }],
  });

test("who signs is shown with what to do, and a signature that does not count is refused by reason", async ({
  page,
  ifrit,
}) => {
  const api = await OperatorApi.signIn(ifrit);
  await login(page, ifrit);
  const main = page.getByRole("main");

  await test.step("the keys of a first look are said to be such", async () => {
    await expect(main).toContainText("These keys are for a first look only");
    await page.getByRole("link", { name: "Look at the signatures" }).click();
    await expect(page).toHaveURL(/\/settings\/signatures$/);
    const { root } = await api.trust();
    await expect(main).toContainText(root!.fingerprint);
    await expect(main).toContainText("Signs");
    await expect(main).toContainText("1 of 1 check signatures");
  });
  await lookAround(page, "/settings/signatures");
  await lookAround(page, "/settings");

  await test.step("the machine says that it believes its master", async () => {
    const { id } = await api.thisMachine();
    await page.goto(`/machines/${id}`);
    await expect(main).toContainText("It checks signatures and believes its master.");
  });

  await test.step("a package shows who signed it, and refuses what is no signature of it", async () => {
    await page.goto("/agents/hello-agent");
    await page
      .getByRole("button", { name: /hello-agent 1\.0\.0 .*details/ })
      .first()
      .click();
    await expect(main).toContainText("development release (1 of 1 needed)");
    await page.getByRole("button", { name: "Replace the signature" }).click();
    const dialog = page.getByRole("dialog");
    const content = dialog.getByLabel("Or paste its content");
    await content.fill(envelopeOf("application/vnd.ifrit.root.v1+json"));
    await expect(dialog.getByRole("alert")).toContainText("another kind of statement");
    await content.fill(envelopeOf("application/vnd.ifrit.release.v1+json"));
    await dialog.getByRole("button", { name: "Store the signature" }).click();
    await expect(dialog).toContainText("The signature was not taken");
    await expectNoAxeViolations(page);
    await dialog.getByRole("button", { name: "Close" }).click();
    const { packages } = await api.upload(buildSamplePackage({ version: "1.0.0" }));
    expect(packages[0]!.signature?.state).toBe("good");
  });

  await test.step("an archive is taken together with its signature file, and each is answered for", async () => {
    const folder = mkdtempSync(join(tmpdir(), "ifrit-signature-"));
    try {
      const wrong = join(folder, "wrong.sig.json");
      writeFileSync(wrong, envelopeOf("application/vnd.ifrit.release.v1+json"));
      await page.goto("/agents?upload=true");
      const sheet = page.getByRole("dialog");
      await sheet.getByLabel("Signature file, optional").setInputFiles(wrong);
      const archive = buildSamplePackage({ version: "1.4.0" });
      await sheet.getByLabel("Choose a file").last().setInputFiles(archive);
      await expect(sheet).toContainText("hello-agent 1.4.0");
      await expect(sheet).toContainText("The signature was not taken");
      await expectNoAxeViolations(page);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
  await api.close();
});
