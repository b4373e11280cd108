package web

// crew is the goroutines that do the acts. One that is done waits for the next
// session that has something to do: a goroutine started for every act would
// have to grow its stack every time.
type crew struct {
	work  chan *session
	bench chan struct{} // holds one for each that waits
	stop  chan struct{}
}

// mostIdle is how many wait for work at most; the others end.
const mostIdle = 64

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
		case <-c.stop:
			return
		}
	}
}

// dismiss ends those who wait, and the others once they are done.
func (c *crew) dismiss() { close(c.stop) }
