package feed_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/testing/protocmp"
	"google.golang.org/protobuf/types/known/timestamppb"

	tokenv1 "cloudpact.dev/gen/go/cloudpact/token/v1"
	typev1 "cloudpact.dev/gen/go/cloudpact/type/v1"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/feed"
)

func TestEncodeDeadlines(t *testing.T) {
	facts := &typev1.DeadlineFacts{
		Deadline: "due/1", Subject: "s", Kind: "due", DueTime: timestamppb.New(at), Rank: 4, Clause: "cpc/1", Consequence: "late", Version: 3,
	}
	for state, c := range map[commit.State]struct {
		typ  string
		want *tokenv1.Change
	}{
		commit.Set:       {commit.TypeDeadlineSet, &tokenv1.Change{Body: &tokenv1.Change_DeadlineSet{DeadlineSet: &typev1.DeadlineSet{Deadline: facts}}}},
		commit.Met:       {commit.TypeDeadlineMet, &tokenv1.Change{Body: &tokenv1.Change_DeadlineMet{DeadlineMet: &typev1.DeadlineMet{Deadline: facts}}}},
		commit.Missed:    {commit.TypeDeadlineMissed, &tokenv1.Change{Body: &tokenv1.Change_DeadlineMissed{DeadlineMissed: &typev1.DeadlineMissed{Deadline: facts}}}},
		commit.Withdrawn: {commit.TypeDeadlineWithdrawn, &tokenv1.Change{Body: &tokenv1.Change_DeadlineWithdrawn{DeadlineWithdrawn: &typev1.DeadlineWithdrawn{Deadline: facts}}}},
	} {
		d := commit.Deadline{
			Name: "due/1", Subject: "s", Kind: "due", Due: at, Rank: 4, Clause: "cpc/1", Consequence: "late", Version: 3, State: state,
		}
		typ, b, err := feed.Encode(&tokenv1.Change{}, c.typ, feed.DeadlineBody(d))
		got := &tokenv1.Change{}
		if err != nil || typ != c.typ || proto.Unmarshal(b, got) != nil {
			t.Errorf("%s: %s, %v", state, typ, err)
			continue
		}
		if diff := cmp.Diff(c.want, got, protocmp.Transform()); diff != "" {
			t.Errorf("%s: %s", state, diff)
		}
	}
}

func TestEncodeRefuses(t *testing.T) {
	for _, typ := range []string{"", "nothing", "head", commit.TypeDeadlineMet} {
		if _, b, err := feed.Encode(&tokenv1.Change{}, typ, &typev1.DeadlineSet{}); err == nil || b != nil {
			t.Errorf("a deadline that was set was encoded as %q", typ)
		}
	}
}
