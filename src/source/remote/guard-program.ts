/**
 * A guard that stays on the server while a trim is being tried: a program of perl(1). It puts one worker back, by SIGTTIN,
 * if it is no longer told to wait: the connection may have broken, or workertop may have been killed. It has no file.
 *
 * Its arguments are the master's pid and start time, the seconds to wait without being told, its command line in
 * hexadecimal, and the lines of its status that decide. It says `READY PID START` of itself once it waits.
 *
 * SIGUSR1 has it wait on, SIGUSR2 end. SIGTERM, which systemd may send at the end of a session, ends the waiting. Before
 * SIGTTIN it compares what the shell compares before each signal. Fewer children than at its start must be seen at three
 * looks in a row, since a master may just be replacing one. A worker may take a while to end: it looks for 90 seconds.
 */
export const guardProgram = String.raw`
my ($pid, $start, $patience, $cmdline, $status) = @ARGV;
exit 1 if grep { !/^\d+$/ } $pid, $start, $patience;
exit 1 if $pid < 2;
sub content {
  my ($file) = @_;
  open my $in, '<', "/proc/$file" or return '';
  local $/;
  my $text = <$in>;
  return defined $text ? $text : '';
}
sub fields {
  my $stat = content("$_[0]/stat");
  return $stat =~ s/^.*\) //s ? split(' ', $stat) : ();
}
sub started { return (fields $_[0])[19] || 0 }
sub is_same {
  my @fields = fields $pid;
  return 0 unless @fields > 19 && $fields[19] == $start && $fields[0] !~ /[DZX]/;
  my $text = content "$pid/status";
  my $now = '';
  $now .= "$1:$2 " while $text =~ /^(PPid|Uid|Gid|SigBlk|SigIgn|SigCgt):\s*(.*?)\s*$/mg;
  return 0 unless $now eq $status && $now =~ /SigCgt:[0-9a-f]*([0-9a-f]{8}) / && hex($1) & 1 << 20;
  return unpack('H*', content "$pid/cmdline") eq $cmdline;
}
sub children {
  my $count = 0;
  opendir my $in, '/proc' or return 1e9;
  for my $one (grep { /^\d+$/ } readdir $in) {
    my @fields = fields $one;
    $count++ if @fields > 19 && $fields[1] == $pid && $fields[0] !~ /[ZX]/;
  }
  return $count;
}
my $self = readlink '/proc/self';
exit 1 unless defined $self && $self == $$ && is_same();
my $most = children();
exit 1 unless $most > 0;
pipe my $hears, my $tells or exit 1;
my $child = fork;
exit 1 unless defined $child;
if ($child) {
  close $tells;
  my $line = <$hears>;
  print $line if defined $line;
  exit;
}
close $hears;
setpgrp 0, 0;
open STDIN, '<', '/proc/version';
open STDOUT, '<', '/proc/version';
open STDERR, '<', '/proc/version';
my ($left, $looks, $fewer) = ($patience, 90, 0);
$SIG{USR1} = sub { $left = $patience };
$SIG{USR2} = sub { exit };
$SIG{TERM} = sub { $left = 0 };
$SIG{$_} = 'IGNORE' for qw(HUP INT PIPE);
$0 = "workertop-guard of $pid";
syswrite $tells, "READY $$ " . started($$) . "\n";
close $tells;
while ($looks > 0) {
  select undef, undef, undef, 1;
  exit unless started($pid) == $start;
  if ($left > 0) {
    $left--;
    ($looks, $fewer) = (90, 0);
    next;
  }
  $looks--;
  $fewer = children() < $most ? $fewer + 1 : 0;
  next unless $fewer > 2 && is_same();
  kill 'TTIN', $pid;
  exit;
}
`;
