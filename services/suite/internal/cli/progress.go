package cli

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// progress shows how far something has come: a bar in a terminal, a line now and
// then otherwise.
type progress struct {
	out      io.Writer
	what     string
	terminal bool
	told     int
}

func newProgress(out io.Writer, what string) *progress {
	p := &progress{out: out, what: what, told: -1}
	if f, ok := out.(*os.File); ok {
		info, err := f.Stat()
		p.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return p
}

const width = 40

// step tells that done of all steps are behind.
func (p *progress) step(done, of int) {
	tenth := done * 10 / max(of, 1)
	switch {
	case p.terminal:
		full := done * width / max(of, 1)
		fmt.Fprintf(p.out, "\r%s [%s%s] %d/%d", p.what, strings.Repeat("#", full), strings.Repeat(".", width-full), done, of)
	case tenth > p.told:
		fmt.Fprintf(p.out, "%s: %d of %d steps\n", p.what, done, of)
	}
	p.told = max(p.told, tenth)
}

// end closes the line of a bar.
func (p *progress) end() {
	if p.terminal && p.told >= 0 {
		fmt.Fprintln(p.out)
	}
}
