// Package feed keeps a service's committed facts in order and lets others read
// them. 64 streams; a key's changes are in one stream, in the order in which
// they were committed. Order holds within a stream only.
package feed

import "cloudpact.dev/services/kit/commit"

// Streams is the number of streams of a service's feed.
const Streams = commit.Streams

// Key says whose a change is: a customer's of a provider, or for measurements a
// target's (in Customer); Customer is "" for what is the provider's own.
type Key = commit.Key

// Draft is a change that is not committed yet.
type Draft = commit.Draft

// Stream is the key's stream, 0 to 63.
func Stream(k Key) int { return k.Stream() }
