package doctor

import (
	"errors"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

func permissionsMatter() bool { return true }

func diskFull(err error) bool { return errors.Is(err, unix.ENOSPC) || errors.Is(err, unix.EDQUOT) }

// owned looks whether the directory belongs to somebody else.
func owned(dir string, info fs.FileInfo) []Finding {
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || int(stat.Uid) == os.Geteuid() {
		return nil
	}
	return []Finding{Doubt("data.foreign", nil, Args{"dir": dir, "owner": userName(stat.Uid), "me": userName(uint32(os.Geteuid()))})}
}

func userName(id uint32) string {
	text := strconv.FormatUint(uint64(id), 10)
	if known, err := user.LookupId(text); err == nil {
		return known.Username
	}
	return text
}

// fileSystem names those on which locks or what is stored cannot be relied on.
func fileSystem(dir string) []Finding {
	var stat unix.Statfs_t
	if unix.Statfs(dir, &stat) != nil {
		return nil
	}
	kind := fileSystemName(stat.Type)
	switch kind {
	case "nfs", "smb", "cifs":
		return []Finding{Bad("data.network", nil, Args{"dir": dir, "kind": kind})}
	case "tmpfs", "overlay":
		return []Finding{Doubt("data.fleeting", nil, Args{"dir": dir, "kind": kind})}
	}
	return nil
}

func fileSystemName(kind int64) string {
	return map[int64]string{
		unix.NFS_SUPER_MAGIC: "nfs", unix.SMB_SUPER_MAGIC: "smb", unix.CIFS_SUPER_MAGIC: "cifs", unix.SMB2_SUPER_MAGIC: "cifs",
		unix.TMPFS_MAGIC: "tmpfs", unix.OVERLAYFS_SUPER_MAGIC: "overlay",
	}[kind&0xffffffff]
}

// RoomOf asks what is left on the disk of a directory.
func RoomOf(dir string) (Room, error) {
	var stat unix.Statfs_t
	if err := unix.Statfs(dir, &stat); err != nil {
		return Room{}, err
	}
	return Room{
		Dir: dir, Bytes: stat.Bavail * uint64(stat.Bsize), Nodes: stat.Ffree, Counts: stat.Files > 0,
	}, nil
}

func descriptorLimit() (uint64, bool) {
	var limit unix.Rlimit
	err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit)
	return limit.Max, err == nil // the Go runtime raises the soft limit to the hard one
}
