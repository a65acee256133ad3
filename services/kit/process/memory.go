package process

import (
	"os"
	"runtime/debug"
)

// heapGrowth lets the heap grow to five times what is alive before it is
// collected. What is alive is some ten megabytes, and a busy service makes as
// much garbage in a moment: at Go's own hundred per cent, collecting takes a
// fifth of the processor.
const heapGrowth = 400

// growHeap leaves the choice to GOGC where the operator set it.
func growHeap() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(heapGrowth)
	}
}
