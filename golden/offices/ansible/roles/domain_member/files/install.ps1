param([string]$Computer, [string]$Domain)
Add-Computer -DomainName $Domain -NewName $Computer -Restart
New-Item C:\ProgramData\joined
