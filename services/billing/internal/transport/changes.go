package transport

import (
	"fmt"

	"google.golang.org/protobuf/proto"

	billingv1 "cloudpact.dev/gen/go/cloudpact/billing/v1"
	"cloudpact.dev/services/kit/commit"
	"cloudpact.dev/services/kit/feed"
)

// encoders turn the domain's changes into bodies of billing's Change, one for
// each half and one for what kit publishes. One that does not know a change
// answers nil.
var encoders = []func(body any) proto.Message{encodeDeadline, encodeBook, encodeLedger}

// EncodeChange is the feed's encoder: the change's body becomes the field of
// billing.v1.Change that bears its type's name.
func EncodeChange(d commit.Draft) (string, []byte, error) {
	for _, encode := range encoders {
		if m := encode(d.Body); m != nil {
			return feed.Encode(&billingv1.Change{}, d.Type, m)
		}
	}
	return "", nil, fmt.Errorf("billing's feed cannot hold %T", d.Body)
}
