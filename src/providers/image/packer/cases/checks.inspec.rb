# Made from catalog/image/rhel-9/verify.yaml.
control 'file' do
  title 'A file'
  tag control: 'R1'
  impact 0.7
  describe file('/etc/x') do
    it { should exist }
    its('content') { should match(Regexp.new('^a/b$')) }
  end
end

control 'gone' do
  title 'No file'
  impact 0.7
  describe file('/etc/y') do
    it { should_not exist }
  end
end

control 'mode' do
  title 'A mode'
  impact 0.7
  describe file('/etc/z') do
    its('mode') { should cmp '0640' }
    its('owner') { should eq 'root' }
    its('group') { should eq 'shadow' }
  end
end

control 'package' do
  title 'A package'
  impact 0.7
  describe package('gcc') do
    it { should_not be_installed }
  end
end

control 'service' do
  title 'A service'
  impact 0.7
  describe systemd_service('sshd') do
    it { should be_enabled }
    it { should_not be_running }
  end
end

control 'sysctl' do
  title 'A setting'
  impact 0.7
  describe kernel_parameter('net.ipv4.ip_local_port_range') do
    its('value') { should cmp '32768 65535' }
  end
end

control 'command' do
  title 'It\'s said'
  impact 0.7
  describe command('sh -c \'echo \'\\\'\'a b\'\\\'\'\'') do
    its('exit_status') { should eq 0 }
    its('stdout') { should match(Regexp.new('^a')) }
    its('stdout') { should_not match(Regexp.new('^c')) }
  end
end
