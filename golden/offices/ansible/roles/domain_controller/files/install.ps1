param([string]$Computer, [string]$Domain)
Install-WindowsFeature AD-Domain-Services, DNS -IncludeManagementTools
if (Resolve-DnsName "_ldap._tcp.dc._msdcs.$Domain" -Type SRV -ErrorAction SilentlyContinue) {
  Install-ADDSDomainController -DomainName $Domain -InstallDns -Force
} else {
  Install-ADDSForest -DomainName $Domain -InstallDns -Force
}
