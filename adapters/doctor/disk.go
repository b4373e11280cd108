package doctor

import (
	"fmt"
	"time"
)

// Room is what is left on the disk of a directory.
type Room struct {
	Dir    string
	Bytes  uint64 // free for us
	Nodes  uint64 // inodes that are free
	Counts bool   // the file system counts inodes
}

// What is little, and what is too little.
const (
	littleBytes    = 2 << 30
	tooFewBytes    = 256 << 20
	littleTime     = 30 * 24 * time.Hour
	tooLittleTime  = 3 * 24 * time.Hour
	tooFewNodes    = 1000
	fewDescriptors = 4096
	// ownDescriptors are those that no socket uses: files, the database, NATS.
	ownDescriptors = 100
)

// Disk judges what is left, by how much came lately where that is known: in
// bytes a day.
func (r Room) Disk(daily uint64) []Finding {
	args := Args{"dir": r.Dir, "free": Size(r.Bytes), "daily": Size(daily)}
	if r.Counts && r.Nodes < tooFewNodes {
		args["nodes"] = fmt.Sprint(r.Nodes)
		return []Finding{Bad("disk.no-inodes", nil, args)}
	}
	lasts := time.Duration(1<<62 - 1)
	if daily > 0 {
		lasts = time.Duration(min(float64(r.Bytes)/float64(daily), 36500)*24) * time.Hour
		args["days"] = fmt.Sprint(int(lasts.Hours() / 24))
	}
	switch {
	case r.Bytes < tooFewBytes:
		return []Finding{Bad("disk.too-little", nil, args)}
	case daily > 0 && lasts < tooLittleTime:
		return []Finding{Bad("disk.days", nil, args)}
	case daily > 0 && lasts < littleTime:
		return []Finding{Doubt("disk.days", nil, args)}
	case r.Bytes < littleBytes:
		return []Finding{Doubt("disk.little", nil, args)}
	case daily > 0:
		return []Finding{fine("disk", "%s free; %s a day lately, so it lasts for %s days", args["free"], args["daily"], args["days"])}
	}
	return []Finding{fine("disk", "%s free", args["free"])}
}

// Size writes bytes for people.
func Size(bytes uint64) string {
	const step = 1024
	units := []string{"B", "KiB", "MiB", "GiB", "TiB"}
	value, unit := float64(bytes), 0
	for value >= step && unit < len(units)-1 {
		value, unit = value/step, unit+1
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", bytes)
	}
	return fmt.Sprintf("%.1f %s", value, units[unit])
}

// Descriptors judges how many files and sockets a process may have open.
func Descriptors() Finding {
	limit, known := descriptorLimit()
	if !known {
		return Skip("descriptors", "this system does not say")
	}
	args := Args{"limit": fmt.Sprint(limit), "sockets": fmt.Sprint(max(int64(limit)-ownDescriptors, 0))}
	if limit < fewDescriptors {
		return Doubt("descriptors.few", nil, args)
	}
	return fine("descriptors", "%s, enough for %s sockets", args["limit"], args["sockets"])
}
