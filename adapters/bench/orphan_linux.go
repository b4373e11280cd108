package bench

import "syscall"

// endWithParent has the kernel end the child when this program is killed and
// cannot do it. What counts as the parent is the thread that started it.
func endWithParent(attributes *syscall.SysProcAttr) { attributes.Pdeathsig = syscall.SIGKILL }
