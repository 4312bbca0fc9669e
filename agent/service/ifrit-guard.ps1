# ifrit-guard.ps1 -Program FILE -Root DIR: keeps ifrit-agent running on Windows.
#
# What ifrit-guard.sh does, without trying another version: a version that ifrit-agent asks to have
# tried is refused with a reason, which its master gets to see. It is upgraded with the installer.
param([string]$Program, [string]$Root)

$ErrorActionPreference = 'Continue'
$state = Join-Path $Root 'self'
$heartbeat = Join-Path $state 'heartbeat'
$trial = Join-Path $state 'trial'
$watchSeconds = 60
$missedMax = 3
New-Item -ItemType Directory -Force -Path $state | Out-Null

function Say([string]$text) {
  [Console]::Error.WriteLine("$((Get-Date).ToUniversalTime().ToString('yyyy-MM-ddTHH:mm:ssZ')) guard $text")
}

function Refuse-Trial {
  if (-not (Test-Path -LiteralPath $trial)) { return }
  $version = (Get-Content -Raw -LiteralPath $trial).Trim()
  $reason = 'ifrit-agent cannot try another version of itself on Windows: run the installer of that version'
  $new = Join-Path $state 'verdict.new'
  [System.IO.File]::WriteAllText($new, "rolledBack $version`n$reason`n")
  Move-Item -Force -LiteralPath $new -Destination (Join-Path $state 'verdict')
  Remove-Item -Force -LiteralPath $trial
  Say "version $version is refused: $reason"
}

# Ends when ifrit-agent has ended; one that is alive but stuck is killed with what it started.
function Wait-Agent([System.Diagnostics.Process]$child) {
  $seen = Get-Date
  $missed = 0
  while (-not $child.WaitForExit($watchSeconds * 1000)) {
    $beat = (Get-Item -LiteralPath $heartbeat -ErrorAction SilentlyContinue).LastWriteTime
    if ($beat -gt $seen) { $missed = 0 } else { $missed++ }
    $seen = Get-Date
    if ($missed -ge $missedMax) {
      Say 'ifrit-agent is stuck and is killed'
      & taskkill.exe /T /F /PID $child.Id | Out-Null
    }
  }
}

$crashes = 0
while ($true) {
  Refuse-Trial
  $words = @('run', '--root', "`"$Root`"", '--guarded')
  $child = Start-Process -FilePath $Program -ArgumentList $words -NoNewWindow -PassThru
  # Without a look at the handle, PowerShell 5.1 forgets the exit code.
  $null = $child.Handle
  $started = Get-Date
  Wait-Agent $child
  if ($child.ExitCode -eq 20) { continue }
  if (((Get-Date) - $started).TotalSeconds -ge $watchSeconds) { $crashes = 0 }
  $crashes = [Math]::Min($crashes + 1, 30)
  Say "ifrit-agent ended with exit code $($child.ExitCode) and is started again in $crashes s"
  Start-Sleep -Seconds $crashes
}
