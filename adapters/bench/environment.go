package bench

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"
)

// Environment is what the figures depend on.
type Environment struct {
	Cores    int     `json:"cores"`
	Go       string  `json:"go"`
	Platform string  `json:"platform"`
	Sync     Latency `json:"fdatasync_us"` // of 4 KiB appended to a file

	syncs *histogram
}

func environment() Environment {
	return Environment{
		Cores: runtime.NumCPU(), Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH,
		syncs: &histogram{},
	}
}

// syncsAtOnce are enough to say what a sync takes just now.
const syncsAtOnce = 100

// measureDisk appends to a file as a log does, and waits each time until it is
// on disk.
func (e *Environment) measureDisk(dir string) (err error) {
	file, err := os.CreateTemp(dir, "kaitong-bench-sync-")
	if err != nil {
		return fmt.Errorf("measure the disk: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close(), os.Remove(file.Name())) }()
	page := make([]byte, 4<<10)
	for range syncsAtOnce {
		if _, err := file.Write(page); err != nil {
			return fmt.Errorf("measure the disk: %w", err)
		}
		begin := time.Now()
		if err := syncData(file); err != nil {
			return fmt.Errorf("measure the disk: %w", err)
		}
		e.syncs.record(time.Since(begin))
	}
	e.Sync = latencyOf(e.syncs)
	return nil
}
