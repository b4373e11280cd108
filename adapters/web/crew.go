package web

// crew is the goroutines that do the acts. One that is done waits for the next
// session that has something to do: a goroutine started for every act would
// have to grow its stack every time.
type crew struct {
	work  chan *session
	bench chan struct{} // holds one for each that waits
	stop  chan struct{}
}

// mostIdle is how many wait for work at most; the others end. fewIdle is how
// many of them are kept for ever.
const (
	mostIdle = 1024
	fewIdle  = 16
)

func newCrew() *crew {
	return &crew{work: make(chan *session), bench: make(chan struct{}, mostIdle), stop: make(chan struct{})}
}

// take has somebody work through the acts of s.
func (c *crew) take(s *session) {
	select {
	case c.work <- s:
	default:
		go c.labour(s)
	}
}

func (c *crew) labour(s *session) {
	for {
		s.work()
		select {
		case c.bench <- struct{}{}:
		default:
			return
		}
		select {
		case s = <-c.work:
			<-c.bench
			if s == nil {
				return
			}
		case <-c.stop:
			return
		}
	}
}

// thin sends some of those home who have waited for nothing: the rush is over.
func (c *crew) thin() {
	for range (len(c.bench) - fewIdle) / 8 {
		select {
		case c.work <- nil:
		default:
			return
		}
	}
}

// dismiss ends those who wait, and the others once they are done.
func (c *crew) dismiss() { close(c.stop) }
