package feed_test

import (
	"fmt"
	"testing"

	"cloudpact.dev/services/kit/feed"
)

// Every part of a feed, of whatever size and types, put together gives the whole.
func TestPullInParts(t *testing.T) {
	eachRig(t, func(t *testing.T, r *rig) {
		customers := []string{"a", "b", "c", "d", "e"}
		for i := range 40 {
			typ := "common"
			if i%7 == 0 {
				typ = "rare"
			}
			r.publish(customers[i%len(customers)], typ, fmt.Sprint(i))
		}
		heads := r.heads()
		for _, types := range [][]string{nil, {"rare"}, {"rare", "common"}, {"never"}} {
			want := map[string]int{"": 40, "rare": 6, "rarecommon": 40, "never": 0}[fmt.Sprint(join(types))]
			for _, limit := range []int{1, 3, 7, 100} {
				after, got, pulls := map[int]int64{}, 0, 0
				for more := true; more; pulls++ {
					p, err := r.log.Pull(t.Context(), feed.Ask{After: after, Types: types, Limit: limit})
					if err != nil {
						t.Fatal(err)
					}
					for _, c := range p.Changes {
						if c.Position <= after[c.Stream] || c.Position > p.Reached[c.Stream] {
							t.Errorf("%s after %d, reached %d", c.ID, after[c.Stream], p.Reached[c.Stream])
						}
						after[c.Stream] = c.Position
					}
					for stream, at := range p.Reached {
						after[stream] = at
					}
					if got, more = got+len(p.Changes), p.More; len(p.Changes) > limit || pulls > 200 {
						t.Fatalf("%d changes of at most %d, %d pulls", len(p.Changes), limit, pulls)
					}
				}
				if got != want {
					t.Errorf("%v by %d: %d changes, want %d", types, limit, got, want)
				}
				for stream, head := range heads {
					if after[stream] != head {
						t.Errorf("%v by %d: stream %d was read to %d of %d", types, limit, stream, after[stream], head)
					}
				}
			}
		}
	})
}

func join(types []string) string {
	out := ""
	for _, t := range types {
		out += t
	}
	return out
}

func TestCut(t *testing.T) {
	page := func() feed.Page {
		return feed.Page{
			Changes: []feed.Change{{Stream: 1, Position: 4}, {Stream: 2, Position: 1}, {Stream: 2, Position: 3}, {Stream: 5, Position: 2}},
			Reached: map[int]int64{1: 9, 2: 3, 5: 8, 6: 1},
		}
	}
	for n, want := range map[int]map[int]int64{
		0: {6: 1}, 1: {1: 9, 6: 1}, 2: {1: 9, 2: 1, 6: 1}, 3: {1: 9, 2: 3, 6: 1}, 4: {1: 9, 2: 3, 5: 8, 6: 1}, 9: {1: 9, 2: 3, 5: 8, 6: 1},
	} {
		p := page()
		p.Cut(n)
		if fmt.Sprint(p.Reached) != fmt.Sprint(want) || len(p.Changes) != min(n, 4) || p.More != (n < 4) {
			t.Errorf("the first %d: %+v, want reached %v", n, p, want)
		}
	}
}
