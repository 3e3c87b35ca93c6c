import { callsOf } from '../proc/activity/syscalls.ts';

/**
 * Reads what workers do, as a program for perl(1), which every Debian has: awk can neither seek in a process's memory
 * nor read links. It reads a thread's system call and its descriptors together, since both change within a moment.
 *
 * Its arguments are four lists of system call numbers, then processes: `12` for the first thread, `12t` for all
 * threads, `12f` for its pipes, `12s345` for the connection of a socket. Each line of its answer names the file that
 * was read.
 */
export const workersProgram = String.raw`
my $all = @ARGV && $ARGV[0] eq '+' ? shift : '';
my ($poll, $select, $io, $epoll) = map { my %n = map { $_ => 1 } split /,/; \%n } splice @ARGV, 0, 4;
sub content {
  my ($file) = @_;
  open my $in, '<', $file or return $! == 13 || $! == 1 ? '!' : '-';
  my $text;
  return sysread($in, $text, 4096) ? $text : $! == 13 || $! == 1 ? '!' : '-';
}
sub memory {
  my ($pid, $at, $length) = @_;
  return '' if $at =~ /^0x0*$/ || $length <= 0;
  open my $in, '<', "$pid/mem" or return '';
  my $bytes;
  my $place = hex $at;
  return '' unless sysseek($in, $place, 0) && (sysread($in, $bytes, $length) || 0) == $length;
  printf "m %d %d %s\n", $pid, $place, unpack 'H*', $bytes;
  return $bytes;
}
sub target {
  my ($pid, $fd) = @_;
  my $link = readlink "$pid/fd/$fd";
  return '' unless defined $link;
  return $link =~ /^((?:socket|pipe):\[\d+\])$/ ? $1 : $link =~ m{^/} ? '/' : '?';
}
sub look {
  my ($pid, $tid, $folder) = @_;
  my $line = content "$folder/syscall";
  chomp $line;
  print "c $pid $tid $line\n";
  my ($call, @args) = split ' ', $line;
  return unless @args > 5;
  my $first = hex($args[0]) & 0xffffffff;
  my @fds;
  if ($io->{$call}) { @fds = $first }
  elsif ($epoll->{$call}) {
    @fds = content("$pid/fdinfo/$first") =~ /^tfd: *(\d+)/mg;
    print "e $pid $first @fds\n";
  } elsif ($poll->{$call}) {
    my $count = hex($args[1]) & 0xffffffff;
    my $list = $count <= 64 ? memory($pid, $args[0], 8 * $count) : '';
    @fds = grep { $_ >= 0 } unpack '(lx4)*', $list;
  } elsif ($select->{$call} && $first <= 1024) {
    for my $set (@args[1, 2]) {
      my $bits = unpack 'b*', memory($pid, $set, int(($first + 7) / 8));
      push @fds, $-[0] while $bits =~ /1/g;
      last if @fds;
    }
  }
  splice @fds, 64;
  for my $fd (@fds) {
    my $link = target $pid, $fd;
    print "l $pid $fd $link\n" if $link ne '';
  }
}
my %inodes;
for (@ARGV) {
  my ($pid, $what, $inode) = /^(\d+)([tfs]?)(\d*)$/ or next;
  if ($what eq 's') { push @{$inodes{$pid}}, $inode; next }
  if ($what eq 'f') {
    opendir my $in, "$pid/fd" or next;
    for my $fd (grep { /^\d+$/ } readdir $in) {
      my $link = target $pid, $fd;
      print "l $pid $fd $link\n" if $link =~ /^pipe/;
    }
    next;
  }
  my $net = readlink "$pid/ns/net";
  print "n $pid $net\n" if defined $net && $net =~ /^net:\[\d+\]$/;
  if ($what eq 't') {
    opendir my $in, "$pid/task" or next;
    for my $tid (sort { $a <=> $b } grep { /^\d+$/ } readdir $in) {
      my $name = content "$pid/task/$tid/comm";
      print "k $pid $tid ", unpack('H*', $name), "\n";
      look($pid, $tid, "$pid/task/$tid");
    }
  } else { look($pid, $pid, $pid) }
}
for my $pid (keys %inodes) {
  my $wanted = join '|', @{$inodes{$pid}};
  for my $table (qw(tcp tcp6 udp udp6 unix)) {
    open my $in, '<', "$pid/net/$table" or next;
    while (<$in>) { print "t $pid $table $_" if / (?:$wanted)\s/ }
  }
}
if ($all) {
  my $text = ".\n";
  opendir my $in, '.' or exit;
  for my $file (qw(uptime loadavg pressure/memory meminfo vmstat), map { "$_/stat" } grep { /^[0-9]/ } readdir $in) {
    sysopen FILE, $file, 0 or next;
    1 while sysread FILE, $text, 16384, length $text;
  }
  print $text;
}
`;

/** The system call numbers as the program's first arguments; null for an unknown architecture. */
export function callNumbers(architecture: string): readonly string[] | null {
  const calls = callsOf(architecture);
  if (calls === null) return null;
  const of = (wanted: string) => [...calls].flatMap(([number, call]) => (call === wanted ? [number] : [])).join(',');
  return ['poll', 'select', 'io', 'epoll'].map((call) => `'${of(call)}'`);
}
