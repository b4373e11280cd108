//go:build !linux

package doctor

import (
	"errors"
	"io/fs"
	"runtime"
)

func permissionsMatter() bool { return runtime.GOOS != "windows" }

func diskFull(error) bool { return false }

func owned(string, fs.FileInfo) []Finding { return nil }

func fileSystem(string) []Finding { return nil }

// RoomOf asks what is left on the disk of a directory.
func RoomOf(string) (Room, error) { return Room{}, errors.New("this system is not asked for it") }

func descriptorLimit() (uint64, bool) { return 0, false }
