//go:build !linux

package live

import "syscall"

// write is one write to a socket that does not block.
func write(fd uintptr, b []byte) (int, error) { return syscall.Write(int(fd), b) }
