package wire

import (
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// fieldNumber is the number of the first field in unknown bytes.
func fieldNumber(b []byte) string {
	n, _, size := protowire.ConsumeTag(b)
	if size < 0 {
		return "with malformed bytes"
	}
	return fmt.Sprint(n)
}
