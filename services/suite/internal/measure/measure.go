// Package measure measures the suite on this machine: each figure several times,
// as a median, with the engine's own ceiling or a counterpart beside it, in one
// run. It asserts nothing; the machine may be shared and noisy.
package measure

import (
	"context"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
)

// Options say what to measure.
type Options struct {
	// Rounds is how often each figure is taken.
	Rounds int
	// Only limits the run to the parts named.
	Only []string
	// Postgres is the URL of a PostgreSQL to measure on as well; "" for none.
	Postgres string
}

// Figure is one measured quantity.
type Figure struct {
	// Name says what was measured, Unit in what.
	Name, Unit string
	// Rounds are its values.
	Rounds []float64
	// Beside is what it is to be compared with, in words.
	Beside string
}

// Median of the rounds.
func (f Figure) Median() float64 {
	if len(f.Rounds) == 0 {
		return 0
	}
	s := slices.Sorted(slices.Values(f.Rounds))
	if n := len(s); n%2 == 0 {
		return (s[n/2-1] + s[n/2]) / 2
	}
	return s[len(s)/2]
}

// part is one group of figures.
type part struct {
	name string
	run  func(ctx context.Context, o Options) ([]Figure, error)
}

// parts in the order in which they are measured.
var parts = []part{
	{"start", measureStart},
	{"demo", measureDemo},
	{"gateway", measureGateway},
	{"tokens", measureTokens},
}

// Run measures and writes a table after each part.
func Run(ctx context.Context, o Options, w io.Writer) error {
	for _, p := range parts {
		if len(o.Only) > 0 && !slices.Contains(o.Only, p.name) {
			continue
		}
		figures, err := p.run(ctx, o)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		if err := write(w, p.name, figures); err != nil {
			return err
		}
	}
	return nil
}

func write(w io.Writer, title string, figures []Figure) error {
	fmt.Fprintf(w, "\n%s\n", title)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	for _, f := range figures {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t\n", f.Name, number(f.Median()), f.Unit, spread(f)+beside(f))
	}
	return t.Flush()
}

func number(v float64) string {
	switch {
	case v >= 1000:
		return fmt.Sprintf("%.0f", v)
	case v >= 10:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.2f", v)
}

func spread(f Figure) string {
	if len(f.Rounds) < 2 {
		return ""
	}
	return fmt.Sprintf("(%s to %s in %d)", number(slices.Min(f.Rounds)), number(slices.Max(f.Rounds)), len(f.Rounds))
}

func beside(f Figure) string {
	if f.Beside == "" {
		return ""
	}
	return "  " + f.Beside
}
