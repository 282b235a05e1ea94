"""The known fixes: which article for which words, and whether it helped."""
