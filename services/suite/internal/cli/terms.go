package cli

import (
	"fmt"
	"os"

	"cloudpact.dev/services/suite/internal/clause"
	"cloudpact.dev/services/terms"
	"cloudpact.dev/services/terms/load"
)

type termsCmd struct {
	Lint lintCmd `cmd:"" help:"Check a folder of terms; every finding with file, line and column."`
}

type lintCmd struct {
	Dir string `arg:"" help:"Folder of YAML files, for example services/terms/cpc." type:"existingdir"`
}

// Run lints a folder; errors make it fail, warnings and notes do not.
func (l *lintCmd) Run(out Streams) error {
	findings, err := load.Lint(os.DirFS(l.Dir))
	if err != nil {
		return err
	}
	bad := 0
	for _, f := range findings {
		fmt.Fprintln(out.Out, f)
		if f.Severity == terms.SeverityError {
			bad++
		}
	}
	if bad > 0 {
		return fmt.Errorf("%s: %d errors", l.Dir, bad)
	}
	fmt.Fprintf(out.Out, "%s: no errors, %d remarks\n", l.Dir, len(findings))
	return nil
}

type clauseCmd struct {
	ID string `arg:"" help:"Id of a clause, for example 'cpc/10(a)'."`
}

// Run prints a clause's card.
func (c *clauseCmd) Run(out Streams) error {
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	card, err := clause.Find(clause.Root(dir), c.ID)
	if err != nil {
		return err
	}
	return card.Write(out.Out)
}
