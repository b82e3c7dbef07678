
## Who may open the page, and what is said when something was not possible

problem-home = To the backups
problem-try-again = Try again
problem-link-title = Open the page by its link
problem-link =
    This page shows your books and can replace them. So it opens only by the link that OmniCraft showed when the page
    was started. Open that link again; if you cannot find it, start the page again and you get a new one.
problem-elsewhere-title = Not done
problem-elsewhere =
    This did not come from an open page of OmniCraft, or the page was started again since. Nothing was changed. Go to
    the backups and try once more.
problem-missing-title = Nothing here
problem-missing = This address leads nowhere, or what was here is gone. Your books and your backups are as they were.
problem-way-title = Not in this way
problem-way = This can be done by a button of the page alone. Nothing was changed.
problem-large-title = Too much
problem-large = What was sent is larger than this page takes. Nothing was changed.
problem-slow-title = It took too long
problem-slow = What was sent did not arrive in time. Nothing was changed; try once more.
problem-refused-title = Not done
problem-form = What was sent is incomplete or makes no sense. Nothing was changed; go back and try once more.
problem-broken-title = The page has failed
problem-broken =
    This is a defect of the page, not of your books: work that was under way goes on by itself. Go to the backups and
    look how far it is.
