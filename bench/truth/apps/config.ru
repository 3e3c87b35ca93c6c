# `/KIND?SECONDS`: what a request does, by its kind. Where the server itself notes its requests, TRUTH_NOTED says so.
require 'socket'
require File.join(__dir__, 'noting')

noted = ENV['TRUTH_NOTED'] == '1'
Puma::ThreadPool.prepend(Truth::Pool) if noted

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

lock = Mutex.new

run lambda { |env|
  began = Truth.now
  seconds = env['QUERY_STRING'].to_f
  case env['PATH_INFO']
  when '/db' then query(seconds)
  when '/cpu' then spin(seconds)
  when '/lock' then lock.synchronize { sleep(seconds) }
  when '/mix' then 5.times { spin(seconds / 10); query(seconds / 10) }
  end
  Truth.note(Process.pid, began, Truth.now) unless noted || env['PATH_INFO'] == '/none'
  [200, { 'Content-Length' => '2', 'Content-Type' => 'text/plain' }, ['ok']]
}
