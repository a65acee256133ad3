package commit_test

import (
	"context"
	"testing"

	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/db"
	"cloudpact.dev/services/kit/db/dbtest"
	"cloudpact.dev/services/kit/deadline"
	"cloudpact.dev/services/kit/feed"
)

func TestRunPublishes(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		log := feed.NewLog(d, "billing")
		clocks := deadline.NewClocks(d, nil)
		c := commit.New(d, log, clocks, commit.Options{Deadlines: deadline.NewStore(d, clocks)})
		defer c.Close()
		key := commit.Key{Provider: "p", Customer: "c"}
		got, err := commit.Run(context.Background(), c, key, func(ctx context.Context, tx *commit.Tx) (string, error) {
			tx.Publish(commit.Draft{Type: "x", Subject: "s", Body: 1})
			return "hi", nil
		})
		if err != nil || got != "hi" {
			t.Fatal(got, err)
		}
		cs, err := log.List(context.Background(), feed.Filter{After: feed.Start()})
		t.Log(cs, err)
	})
}
