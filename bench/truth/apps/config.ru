# `/KIND?SECONDS`: what a request does, by its kind, and when that was.
require 'socket'

def now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

def log
  return $log if $log_of == Process.pid
  $log_of = Process.pid
  $log = File.open(File.join(ENV.fetch('TRUTH_LOG'), "#{Process.pid}.log"), 'a').tap { |file| file.sync = true }
end

def query(seconds)
  kept = Thread.current[:backend]
  if kept.nil? || kept[0] != Process.pid
    kept = Thread.current[:backend] = [Process.pid, TCPSocket.new('127.0.0.1', ENV.fetch('BACKEND_PORT').to_i)]
  end
  kept[1].write("#{seconds}\n")
  kept[1].gets
end

def spin(seconds)
  ends = Process.clock_gettime(Process::CLOCK_THREAD_CPUTIME_ID) + seconds
  (1..200).sum while Process.clock_gettime(Process::CLOCK_THREAD_CPUTIME_ID) < ends
end

run lambda { |env|
  began = now
  seconds = env['QUERY_STRING'].to_f
  case env['PATH_INFO']
  when '/db' then query(seconds)
  when '/cpu' then spin(seconds)
  when '/mix' then 5.times { spin(seconds / 10); query(seconds / 10) }
  else return [200, { 'Content-Length' => '2', 'Content-Type' => 'text/plain' }, ['ok']]
  end
  who = ENV['TRUTH_THREADS'] == '1' ? Thread.current.native_thread_id : Process.pid
  log.write("request #{who} #{format('%.6f', began)} #{format('%.6f', now)}\n")
  [200, { 'Content-Length' => '2', 'Content-Type' => 'text/plain' }, ['ok']]
}
