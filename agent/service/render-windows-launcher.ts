import { denoEnvironment, denoFolder } from "./permission-flags.ts";
import {
  environmentNames,
  type LauncherOptions,
  launcherFlags,
  neverProxied,
} from "./render-launcher.ts";

/** ifrit-agent.cmd, so that cmd, tasks and PATH find it; all else is in the PowerShell script beside it. */
export const windowsCommand = [
  "@echo off",
  'powershell.exe -NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -File "%~dp0ifrit-agent.ps1" %*',
  "exit /b %ERRORLEVEL%",
  "",
].join("\r\n");

/** What the sh launcher does (agent/service/render-launcher.ts), in the words of Windows PowerShell 5.1. */
export function renderWindowsLauncher(options: Pick<LauncherOptions, "compiled">): string {
  const settings = Object.entries(denoEnvironment)
    .map(([name, value]) => `$env:${name} = '${value}'`)
    .join("\n");
  const lines = `# Runs ifrit-agent with the narrowest permissions. "ifrit-agent guard --root DIR" keeps it running.
$ErrorActionPreference = 'Stop'
$here = Split-Path -Parent $MyInvocation.MyCommand.Path
$given = @{ root = (Join-Path $env:ProgramData 'ifrit'); master = 'localhost'; 'token-file' = 'NUL' }
for ($at = 0; $at -lt $args.Count; $at++) {
  $word = [string]$args[$at]
  if ($word -match '^--(root|master|token-file)=(.*)$') { $given[$Matches[1]] = $Matches[2] }
  elseif ($word -match '^--(root|master|token-file)$' -and $at + 1 -lt $args.Count) {
    $given[$Matches[1]] = [string]$args[$at + 1]
  }
}
$root = [System.IO.Path]::GetFullPath($given['root'])
$token = $given['token-file']
if ($token -ne 'NUL') { $token = [System.IO.Path]::GetFullPath($token) }
$environmentFile = Join-Path $root 'environment'
if (Test-Path -LiteralPath $environmentFile) {
  foreach ($line in Get-Content -LiteralPath $environmentFile) {
    if ($line -match '^(${environmentNames.join("|")})=(.*)$') {
      [System.Environment]::SetEnvironmentVariable($Matches[1], $Matches[2], 'Process')
    }
  }
}
${settings}
if (Test-Path -LiteralPath $root) { $env:DENO_DIR = Join-Path $root '${denoFolder}' }
if ($env:HTTP_PROXY -or $env:HTTPS_PROXY) { $env:NO_PROXY = "${neverProxied},$env:NO_PROXY" }
if ($args.Count -gt 0 -and $args[0] -eq 'guard' -and $args[1] -ne '--help') {
  & (Join-Path $here 'ifrit-guard.ps1') -Program (Join-Path $here 'ifrit-agent.cmd') -Root $root
  exit $LASTEXITCODE
}
${options.compiled ? compiled : runWithDeno()}
exit $LASTEXITCODE
`;
  return lines.replaceAll("\n", "\r\n");
}

const compiled = `& (Join-Path $here 'ifrit-agent-program.exe') @args`;

function runWithDeno(): string {
  const variables = { root: "$root", master: "$master", token: "$token" };
  const flags = launcherFlags(variables)
    .map((flag) => `  "${flag}"`)
    .join("\n");
  return `$master = $given['master']
$configFile = Join-Path $root 'config.json'
if ($master -eq 'localhost' -and (Test-Path -LiteralPath $configFile)) {
  $master = (Get-Content -Raw -LiteralPath $configFile | ConvertFrom-Json).masterUrl
}
$master = ($master -replace '^[a-z]+://', '') -replace '/.*$', ''
$flags = @(
${flags}
)
& (Join-Path $here 'deno.exe') run @flags (Join-Path $here 'ifrit-agent.js') @args`;
}
