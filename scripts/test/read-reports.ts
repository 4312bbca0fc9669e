import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { repoRoot } from "../repo-root.ts";
import type { Failure, Outcome } from "./suite.ts";

const nothing: Outcome = { passed: 0, failed: 0, skipped: 0, failures: [] };

const VitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(""),
      assertionResults: z.array(
        z.object({
          fullName: z.string(),
          status: z.string(),
          failureMessages: z.array(z.string()).default([]),
        }),
      ),
    }),
  ),
});

/** A file that could not even be loaded counts as one failure. */
export function readVitestReport(file: string): Outcome {
  const report = parse(file, VitestReport);
  if (!report) return nothing;
  const broken = report.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  );
  const failed = report.testResults.flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === "failed")
      .map(({ fullName, failureMessages }) => failure(name, fullName, failureMessages.join("\n"))),
  );
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + broken.length,
    skipped: report.numPendingTests + report.numTodoTests,
    failures: [...broken.map(({ name, message }) => failure(name, "", message)), ...failed],
  };
}

const PlaywrightError = z.object({ message: z.string().default("") });
const PlaywrightSpec = z.object({
  title: z.string(),
  file: z.string(),
  tests: z.array(
    z.object({
      status: z.string(),
      results: z.array(z.object({ errors: z.array(PlaywrightError).default([]) })),
    }),
  ),
});
const PlaywrightSuite = z.object({
  specs: z.array(PlaywrightSpec).default([]),
  get suites() {
    return z.array(PlaywrightSuite).default([]);
  },
});
type PlaywrightSuite = z.infer<typeof PlaywrightSuite>;
const PlaywrightReport = z.object({
  stats: z.object({
    expected: z.number(),
    unexpected: z.number(),
    flaky: z.number(),
    skipped: z.number(),
  }),
  suites: z.array(PlaywrightSuite).default([]),
  errors: z.array(PlaywrightError),
});

/** A test that passed only when it was repeated has failed. */
export function readPlaywrightReport(file: string): Outcome {
  const report = parse(file, PlaywrightReport);
  if (!report) return nothing;
  const { expected, unexpected, flaky, skipped } = report.stats;
  const bad = specsOf(report.suites).flatMap(({ title, file: spec, tests }) =>
    tests
      .filter(({ status }) => status === "unexpected" || status === "flaky")
      .map(({ results }) => {
        const messages = results.flatMap(({ errors }) => errors.map(({ message }) => message));
        return failure(`e2e/${spec}`, title, messages.join("\n"));
      }),
  );
  const outside = report.errors.map(({ message }) => failure("e2e", "", message));
  return {
    ...{ passed: expected, failed: unexpected + flaky + report.errors.length, skipped },
    failures: [...outside, ...bad],
  };
}

function specsOf(suites: readonly PlaywrightSuite[]): z.infer<typeof PlaywrightSpec>[] {
  return suites.flatMap(({ specs, suites: inner }) => [...specs, ...specsOf(inner)]);
}

/** The JUnit report of `deno test`. */
export function readJunitReport(file: string): Outcome {
  const text = readText(file);
  const cases = [...text.matchAll(/<testcase\b([^>]*?)(\/>|>([\s\S]*?)<\/testcase>)/g)].map(
    ([, attributes = "", , inner = ""]) => ({ attributes, inner }),
  );
  const failed = cases.filter(({ inner }) => /<(failure|error)\b/.test(inner));
  const skipped = cases.filter(({ inner }) => /<skipped\b/.test(inner)).length;
  return {
    ...{ passed: cases.length - failed.length - skipped, failed: failed.length, skipped },
    failures: failed.map(({ attributes, inner }) => {
      const [, said = ""] =
        /<(?:failure|error)\b[^>]*>([\s\S]*)<\/(?:failure|error)>/.exec(inner) ?? [];
      const attribute = (name: string) =>
        unescapeXml(new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)?.[1] ?? "");
      return failure(`agent/${attribute("classname")}`, attribute("name"), unescapeXml(said));
    }),
  };
}

function unescapeXml(text: string): string {
  const entities: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_whole, name: string) => entities[name]!);
}

function failure(file: string, test: string, message: string): Failure {
  const where = relative(repoRoot, file.startsWith("/") ? file : `${repoRoot}/${file}`);
  return {
    test: test ? `${where} › ${test}` : where,
    message: stripVTControlCharacters(message).trim(),
  };
}

function parse<T>(file: string, schema: z.ZodType<T>): T | null {
  const text = readText(file);
  return text ? schema.parse(JSON.parse(text)) : null;
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}
