package commit_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"cloudpact.dev/services/kit/clock"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/feed"
)

const crashDriver, crashDSN = "COMMIT_CRASH_DRIVER", "COMMIT_CRASH_DSN"

// TestMain lets the test's program be the one that is killed.
func TestMain(m *testing.M) {
	if os.Getenv(crashDriver) != "" {
		os.Exit(writeUntilKilled())
	}
	os.Exit(m.Run())
}

// writeUntilKilled commits without end and prints what was acknowledged.
func writeUntilKilled() int {
	d, err := db.Open(context.Background(), db.Config{Driver: os.Getenv(crashDriver), DSN: os.Getenv(crashDSN)})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	c := commit.New(d, feed.NewLog(d, "crash"), deadline.NewClocks(d, clock.System{}), commit.Options{})
	acknowledged := make(chan string)
	for w := range 16 {
		go func() {
			key := commit.Key{Provider: "acme", Customer: fmt.Sprint(w)}
			for n := 0; ; n++ {
				id := fmt.Sprintf("%d/%d", w, n)
				err := commit.Exec(context.Background(), c, key, func(_ context.Context, tx *commit.Tx) error {
					tx.Publish(commit.Draft{Type: "noted", Subject: id})
					return nil
				})
				if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				}
				acknowledged <- id
			}
		}()
	}
	for id := range acknowledged {
		fmt.Println(id)
	}
	return 0
}

// Nothing that was acknowledged is missing after the program is killed, and
// what is there has no gaps.
func TestKilledProgram(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { crash(t, dbtest.SQLiteConfig(t)) })
	if dbtest.Full() {
		t.Run("postgres", func(t *testing.T) { crash(t, dbtest.PostgresConfig(t)) })
	}
}

func crash(t *testing.T, cfg db.Config) {
	d := dbtest.Open(t, cfg)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashDriver+"="+cfg.Driver, crashDSN+"="+cfg.DSN)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var acknowledged []string
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		acknowledged = append(acknowledged, lines.Text())
		if len(acknowledged) == 500 {
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = cmd.Wait() // killed
	if len(acknowledged) < 500 {
		t.Fatalf("only %d operations were acknowledged", len(acknowledged))
	}
	list, err := feed.NewLog(d, "crash").List(context.Background(), feed.Filter{After: feed.Start(), Limit: 1_000_000})
	if err != nil {
		t.Fatal(err)
	}
	kept, last := map[string]bool{}, map[int]int64{}
	for _, c := range list {
		kept[c.Subject] = true
		if c.Position != last[c.Stream]+1 {
			t.Errorf("stream %d: position %d follows %d", c.Stream, c.Position, last[c.Stream])
		}
		last[c.Stream] = c.Position
	}
	for _, id := range acknowledged {
		if !kept[id] {
			t.Errorf("%s was acknowledged and is lost", id)
		}
	}
}
