# Notes requests, by the clock that the bench reads too.
module Truth
  def self.now = Process.clock_gettime(Process::CLOCK_MONOTONIC)

  def self.log
    return @log if @pid == Process.pid
    @pid = Process.pid
    @log = File.open(File.join(ENV.fetch('TRUTH_LOG'), "#{@pid}.log"), 'a').tap { |file| file.sync = true }
  end

  def self.note(who, from, to)
    log.write("request #{who} #{format('%.6f', from)} #{format('%.6f', to)}\n")
  end

  # To be called by a thread that has ended a request and is ready for the next.
  def self.ready(thread)
    work, free_at = thread[:work]
    return if work.nil?
    thread[:work] = nil
    thread[:free_at] = now
    note(thread.native_thread_id, [work.instance_variable_get(:@put_at), free_at].max, thread[:free_at])
  end

  # Tells when a thread has nothing to do.
  module Empty
    def wait(*)
      Truth.ready(Thread.current)
      super
    end
  end

  # A thread of puma's pool is in use from when a request was put into the pool's queue, or the thread was ready for it,
  # until it is ready for the next.
  module Pool
    def <<(work)
      work.instance_variable_set(:@put_at, Truth.now)
      super
      # A thread is woken by then.
      work.instance_variable_set(:@put_at, Truth.now)
    end

    private

    def spawn_thread
      unless @noting
        @noting = true
        @not_empty.extend(Empty)
        block = @block
        @block = proc do |work, *extra|
          thread = Thread.current
          Truth.ready(thread)
          thread[:work] = [work, thread[:free_at] || 0]
          block.call(work, *extra)
        end
      end
      super
    end
  end
end
