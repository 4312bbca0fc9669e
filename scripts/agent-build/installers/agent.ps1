<#
.SYNOPSIS
Installs ifrit-agent on Windows, or removes it.
.DESCRIPTION
Downloads ifrit-agent from its master, enrolls this machine and makes a task that starts at boot. Run
again, it repairs or upgrades what is there. Run it as Administrator, with Windows PowerShell 5.1 or newer.
What is downloaded is used only when it has the size and sha256 that stand in this file. The enrollment
token comes from IFRIT_ENROLLMENT_TOKEN, -TokenFile or -TokenStdin, or is asked for: it never stands in a
command line. HTTPS_PROXY, HTTP_PROXY and NO_PROXY are kept for ifrit-agent. Exit codes: 0 done, 1 failed,
2 wrong usage, 3 another ifrit-agent runs on that root, 5 refused by the master, 6 installed, but the
master did not answer yet.
.EXAMPLE
$env:IFRIT_ENROLLMENT_TOKEN = '...'; .\agent.ps1 -Master https://ifrit.example.com
.EXAMPLE
.\agent.ps1 -Uninstall -Purge
#>
[CmdletBinding(PositionalBinding = $false)]
param(
  [string]$Master = '',
  [string]$TokenFile = '',
  [switch]$TokenStdin,
  [string]$RootFingerprint = '',
  [string]$MachineId = '',
  [string]$Type = '',
  [string[]]$Label = @(),
  [string]$Prefix = (Join-Path $env:ProgramFiles 'ifrit-agent'),
  [string]$Root = (Join-Path $env:ProgramData 'ifrit'),
  [string]$Ca = '',
  [string]$Archive = '',
  [string]$From = '',
  [switch]$NoEnroll,
  [switch]$EnrollAgain,
  [switch]$NoService,
  [switch]$Uninstall,
  [switch]$Purge
)

Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'
# The bar makes Invoke-WebRequest of PowerShell 5.1 many times slower.
$ProgressPreference = 'SilentlyContinue'

# platform version sha256 bytes unpacked-bytes
$archives = @'
@ARCHIVES@
'@

$taskName = 'ifrit-agent'
$Master = $Master.TrimEnd('/')

function Stop-Script([int]$code, [string]$message, [string]$remedy = '') {
  [Console]::Error.WriteLine("agent.ps1: $message")
  if ($remedy) { [Console]::Error.WriteLine("  $remedy") }
  exit $code
}

function Find-Archive {
  # Within 32-bit PowerShell the first of the two says x86.
  $cpu = if ($env:PROCESSOR_ARCHITEW6432) { $env:PROCESSOR_ARCHITEW6432 } else { $env:PROCESSOR_ARCHITECTURE }
  $platform = @{ AMD64 = 'windows-x64'; ARM64 = 'windows-arm64' }[$cpu]
  if (-not $platform) { Stop-Script 1 "there is no ifrit-agent for $cpu" 'x86-64 and arm64 have one.' }
  $line = $archives -split "`r?`n" | Where-Object { $_.StartsWith("$platform ") } | Select-Object -First 1
  if (-not $line) {
    Stop-Script 1 "this installer has no ifrit-agent for $platform" "Whoever runs the master builds it (npm run agent:build -- --target $platform); then take agent.ps1 from the master again."
  }
  $words = $line.Trim() -split ' '
  return @{ Platform = $words[0]; Version = $words[1]; Sha256 = $words[2]; Bytes = [long]$words[3] }
}

function Get-ArchiveFile($wanted, [string]$target) {
  if ($Archive) { Copy-Item -LiteralPath $Archive -Destination $target }
  else {
    $base = if ($From) { $From.TrimEnd('/') } else { "$Master/install/agents" }
    $url = "$base/$($wanted.Platform)/$($wanted.Sha256)"
    Write-Host "Downloading $([Math]::Floor($wanted.Bytes / 1048576)) MiB from $url"
    [Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
    try { Invoke-WebRequest -UseBasicParsing -Uri $url -OutFile $target }
    catch { Stop-Script 1 "$url could not be downloaded: $($_.Exception.Message)" 'Can this machine reach the master? If it answers 404, take agent.ps1 from it again.' }
  }
  $bytes = (Get-Item -LiteralPath $target).Length
  $digest = (Get-FileHash -LiteralPath $target -Algorithm SHA256).Hash.ToLowerInvariant()
  if ($bytes -ne $wanted.Bytes -or $digest -ne $wanted.Sha256) {
    Stop-Script 1 "the archive is not the one that this installer is for: $bytes bytes, sha256 $digest" "Expected: $($wanted.Bytes) bytes, sha256 $($wanted.Sha256). Nothing was installed."
  }
}

function Install-Program($wanted) {
  $folder = "$($wanted.Version)-$($wanted.Sha256.Substring(0, 12))"
  $target = Join-Path (Join-Path $Prefix 'versions') $folder
  $mark = Join-Path $target '.complete'
  if ((Test-Path -LiteralPath $mark) -and (Get-Content -Raw -LiteralPath $mark).Trim() -eq $wanted.Sha256) {
    Write-Host "ifrit-agent $($wanted.Version) for $($wanted.Platform) is in place."
  }
  else {
    $staging = Join-Path $Prefix ".staging.$PID"
    New-Item -ItemType Directory -Force -Path $staging, (Split-Path -Parent $target) | Out-Null
    try {
      $file = Join-Path $staging 'archive.tar.gz'
      Get-ArchiveFile $wanted $file
      & "$env:SystemRoot\System32\tar.exe" -xzf $file -C $staging
      if ($LASTEXITCODE -ne 0) { Stop-Script 1 'the archive cannot be unpacked' 'tar.exe comes with Windows 10 1803, Windows Server 2019 and newer.' }
      $says = & (Join-Path $staging 'files\ifrit-agent.cmd') version | Out-String
      if (-not $says.StartsWith("ifrit-agent $($wanted.Version) ")) { Stop-Script 1 "ifrit-agent does not run here: $says" }
      if (Test-Path -LiteralPath $target) { Remove-Item -Recurse -Force -LiteralPath $target }
      Move-Item -LiteralPath (Join-Path $staging 'files') -Destination $target
      Set-Content -LiteralPath $mark -Value $wanted.Sha256
    }
    finally { Remove-Item -Recurse -Force -LiteralPath $staging -ErrorAction SilentlyContinue }
    Write-Host "ifrit-agent $($wanted.Version) for $($wanted.Platform) is installed in $target."
  }
  Set-Current $target
}

# A junction needs no right of its own, unlike a symbolic link.
function Set-Current([string]$target) {
  $current = Join-Path $Prefix 'current'
  Stop-Task
  if (Test-Path -LiteralPath $current) { [System.IO.Directory]::Delete($current) }
  New-Item -ItemType Junction -Path $current -Value $target | Out-Null
  Get-ChildItem -LiteralPath (Split-Path -Parent $target) -Directory |
    Where-Object { $_.FullName -ne $target } |
    ForEach-Object { Remove-Item -Recurse -Force -LiteralPath $_.FullName -ErrorAction SilentlyContinue }
}

function Save-Environment {
  New-Item -ItemType Directory -Force -Path $Root | Out-Null
  # The key of this machine will lie here: SYSTEM and Administrators only.
  & icacls.exe $Root /inheritance:r /grant:r '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F' | Out-Null
  if ($LASTEXITCODE -ne 0) { Stop-Script 1 "the rights of $Root cannot be set" 'Run this as Administrator.' }
  $lines = @('HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY') | ForEach-Object {
    $value = [System.Environment]::GetEnvironmentVariable($_)
    if ($value) { "$_=$value" }
  }
  $lines = @($lines)
  if ($Ca) {
    Copy-Item -LiteralPath $Ca -Destination (Join-Path $Root 'ca.pem')
    $lines += "DENO_CERT=$(Join-Path $Root 'ca.pem')"
  }
  if ($lines.Count -gt 0) { [System.IO.File]::WriteAllLines((Join-Path $Root 'environment'), [string[]]$lines) }
}

function Read-Token {
  if ($TokenStdin) { return [Console]::In.ReadLine() }
  if ($TokenFile) { return (Get-Content -LiteralPath $TokenFile -TotalCount 1) }
  if ($env:IFRIT_ENROLLMENT_TOKEN) { return $env:IFRIT_ENROLLMENT_TOKEN }
  $secret = Read-Host -AsSecureString 'Enrollment token'
  return (New-Object System.Net.NetworkCredential('', $secret)).Password
}

function Test-Enrolled {
  $file = Join-Path $Root 'config.json'
  if (-not (Test-Path -LiteralPath $file)) { return $false }
  $config = Get-Content -Raw -LiteralPath $file | ConvertFrom-Json
  return @('accepted', 'pending') -contains $config.enrollment -and $config.masterUrl.TrimEnd('/') -eq $Master
}

function Register-Machine([string]$program) {
  if (-not $EnrollAgain -and (Test-Enrolled)) { Write-Host "This machine is enrolled with $Master."; return 0 }
  if ($Master -notmatch '^https?://') { Stop-Script 2 '-Master takes an http:// or https:// URL' }
  $words = @('enroll', '--root', $Root, '--master', $Master)
  if ($RootFingerprint) { $words += '--root-fingerprint', $RootFingerprint }
  if ($MachineId) { $words += '--machine-id', $MachineId }
  if ($Type) { $words += '--type', $Type }
  foreach ($pair in $Label) { $words += '--label', $pair }
  $env:IFRIT_ENROLLMENT_TOKEN = Read-Token
  try { & $program @words | Out-Host } finally { Remove-Item Env:IFRIT_ENROLLMENT_TOKEN }
  if ($LASTEXITCODE -ne 0 -and $LASTEXITCODE -ne 6) { exit $LASTEXITCODE }
  return $LASTEXITCODE
}

# ifrit-agent itself may start no program, so it only says what the task is.
function Register-Task([string]$program) {
  $plan = & $program service install --dry-run --json --root $Root --program $program | Out-String | ConvertFrom-Json
  # schtasks reads the encoding that the XML declares: UTF-16 with its mark.
  [System.IO.File]::WriteAllText($plan.file, $plan.text, [System.Text.Encoding]::Unicode)
  foreach ($command in $plan.commands) {
    $name, $rest = $command
    & $name @rest | Out-Null
    if ($LASTEXITCODE -ne 0) { Stop-Script 1 "$($command -join ' ') ended with $LASTEXITCODE" 'Run this as Administrator.' }
  }
  Write-Host "The task $taskName starts ifrit-agent at boot, and has started it now."
}

function Stop-Task {
  if (-not (Get-ScheduledTask -TaskName $taskName -ErrorAction SilentlyContinue)) { return }
  Stop-ScheduledTask -TaskName $taskName -ErrorAction SilentlyContinue
  # The task is PowerShell; what it started is looked up by where it lies.
  Get-Process | Where-Object { $_.Path -and $_.Path.StartsWith($Prefix, [StringComparison]::OrdinalIgnoreCase) } |
    Stop-Process -Force -ErrorAction SilentlyContinue
}

function Remove-Everything {
  Stop-Task
  Unregister-ScheduledTask -TaskName $taskName -Confirm:$false -ErrorAction SilentlyContinue
  $current = Join-Path $Prefix 'current'
  if (Test-Path -LiteralPath $current) { [System.IO.Directory]::Delete($current) }
  if (Test-Path -LiteralPath (Join-Path $Prefix 'versions')) {
    Remove-Item -Recurse -Force -LiteralPath $Prefix
    Write-Host "$Prefix is removed."
  }
  $known = (Test-Path -LiteralPath (Join-Path $Root 'config.json')) -or (Test-Path -LiteralPath (Join-Path $Root 'identity'))
  if (-not $known) { return }
  if (-not $Purge) { Write-Host "$Root stays, with this machine's identity and its agents; -Purge removes it."; return }
  Remove-Item -Recurse -Force -LiteralPath $Root
  Write-Host "$Root is removed. Take the machine out in the console, too."
}

function Install-Everything {
  $administrator = [Security.Principal.WindowsBuiltInRole]::Administrator
  $me = New-Object Security.Principal.WindowsPrincipal([Security.Principal.WindowsIdentity]::GetCurrent())
  if (-not $me.IsInRole($administrator)) { Stop-Script 1 'this needs the rights of an administrator' 'Open PowerShell with "Run as administrator".' }
  if (-not $NoEnroll -and -not $Master) { Stop-Script 2 '-Master is missing' 'Or install only the program: -NoEnroll.' }
  if (-not ($Master -or $From -or $Archive)) { Stop-Script 2 '-Master is missing' 'Or give the file: -Archive FILE.' }
  Install-Program (Find-Archive)
  if ($NoEnroll) { return 0 }
  $program = Join-Path (Join-Path $Prefix 'current') 'ifrit-agent.cmd'
  Save-Environment
  $code = Register-Machine $program
  if ($NoService) { Write-Host "Start it with: `"$program`" guard --root `"$Root`"" } else { Register-Task $program }
  return $code
}

if ($Uninstall) { Remove-Everything; exit 0 }
exit (Install-Everything)
