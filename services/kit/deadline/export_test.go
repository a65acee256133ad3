package deadline

// DueText is the statement whose plan a test looks at.
const DueText = dueText
